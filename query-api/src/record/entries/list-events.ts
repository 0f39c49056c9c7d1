import type { AuditEntryView, Keyring, Page } from '@verbatim/shared';
import { guardedRooms } from '../access/room-facts.ts';
import type { ReadSources } from '../../sources/read-sources.ts';
import { momentBefore, momentOf } from '../past/moment.ts';
import { namesNow } from './names.ts';
import { entryView, openRows } from './open-entries.ts';
import { recordColumns, recordRows, type RecordRow } from './record-row.ts';

export interface EventFilter {
  readonly organizationId: string;
  readonly room?: string | undefined;
  readonly actor?: string | undefined;
  readonly type?: string | undefined;
  readonly entity?: string | undefined;
  /** Stamped at this time or later; up to this time. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface EventPage {
  readonly limit: number;
  /** Where the page begins: going forward at this leaf, backward before it. */
  readonly cursor: bigint | undefined;
  readonly order: 'asc' | 'desc';
}

/** A page of the record. Without a reason, what was said where not everybody could read stays sealed. */
export async function listEvents(
  { record, directory }: Pick<ReadSources, 'record' | 'directory'>,
  keyring: Keyring,
  filter: EventFilter,
  { limit, cursor, order }: EventPage,
  hasReason: boolean,
): Promise<Page<AuditEntryView>> {
  const { organizationId } = filter;
  const first =
    filter.from === undefined ? 0n : (await momentBefore(record, organizationId, filter.from)).endLeaf;
  const end =
    filter.to === undefined
      ? farBeyond
      : (await momentOf(record, organizationId, { time: filter.to })).endLeaf;
  const low = order === 'asc' ? max(first, cursor ?? 0n) : first;
  const high = order === 'asc' ? end : min(end, cursor ?? farBeyond);
  const { conditions, values } = conditionsOf(filter);
  const found = await recordRows(
    record,
    `SELECT ${recordColumns} FROM record.event AS e
     WHERE e.organization_id = $1 AND e.leaf_index >= $2 AND e.leaf_index < $3 ${conditions}
     ORDER BY e.leaf_index ${order === 'asc' ? 'ASC' : 'DESC'} LIMIT $4`,
    [organizationId, low, high, limit + 1, ...values],
  );
  const rows = found.slice(0, limit);
  const inRooms = hasReason ? [] : rows.filter(isOfRoom);
  const guarded = await guardedRooms(
    record,
    organizationId,
    inRooms.flatMap(({ roomId }) => roomId ?? []),
  );
  const opened = await openRows(rows, keyring, (row) => !isOfRoom(row) || !guarded.has(row.roomId ?? ''));
  const names = await namesNow(
    directory,
    organizationId,
    rows.map(({ actorId }) => actorId),
  );
  return {
    items: opened.map((row) => entryView(row, names)),
    nextCursor: nextCursor(found[limit]?.leafIndex, order),
  };
}

/** What was said or named in a room; who looked at it is for every auditor to see. */
const isOfRoom = ({ roomId, stream }: RecordRow): boolean => roomId !== null && !stream.startsWith('audit-');

/** Going backward a cursor is exclusive, so that it may stand for the end of the list. */
function nextCursor(next: bigint | undefined, order: EventPage['order']): string | null {
  if (next === undefined) return null;
  return (order === 'asc' ? next : next + 1n).toString();
}

function conditionsOf({ room, actor, type, entity }: EventFilter): {
  readonly conditions: string;
  readonly values: readonly unknown[];
} {
  const asked = [
    ['e.room_id = ', room],
    ['e.actor_id = ', actor],
    ['e.type = ', type],
    ['e.entity_id = ', entity],
  ] as const;
  const given = asked.filter(([, value]) => value !== undefined);
  return {
    conditions: given.map(([condition], index) => `AND ${condition}$${index + 5}`).join(' '),
    values: given.map(([, value]) => value),
  };
}

/** Beyond every leaf that there will ever be. */
const farBeyond = 2n ** 53n;
const max = (one: bigint, other: bigint): bigint => (one > other ? one : other);
const min = (one: bigint, other: bigint): bigint => (one < other ? one : other);
