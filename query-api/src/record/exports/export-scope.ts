import type { SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import { recordColumns, recordRows, type RecordRow } from '../entries/record-row.ts';
import { momentBefore, momentOf } from '../past/moment.ts';
import type { ExportRequest } from './export-request.ts';

const batchEvents = 500;

/** What an export holds, as conditions on `record.event AS e`; the same request over the same log gives the same. */
export interface ExportScope {
  readonly organizationId: string;
  readonly conditions: string;
  readonly values: readonly unknown[];
  /** Before the first event that may be in it. */
  readonly startLeaf: bigint;
  /** Behind the last event that is in it; the tree of this size is what it is proven against. */
  readonly endLeaf: bigint;
  readonly events: number;
  readonly positions: { readonly from: string; readonly to: string } | null;
}

const extentRow = z.object({
  events: z.bigint(),
  lastLeaf: z.bigint().nullable(),
  from: z.bigint().nullable(),
  to: z.bigint().nullable(),
});

/** A room's export holds what happened there, and not who looked at it. */
const ofRoom = `AND e.stream NOT LIKE 'audit-%' AND e.stream NOT LIKE 'organization-%'`;

export async function scopeOf(source: SqlSource, request: ExportRequest): Promise<ExportScope> {
  const { organizationId, filters, untilPosition } = request;
  const until = await momentOf(source, organizationId, { position: untilPosition });
  const startLeaf =
    filters.from === undefined ? 0n : (await momentBefore(source, organizationId, filters.from)).endLeaf;
  const upTo =
    filters.to === undefined ? until : await momentOf(source, organizationId, { time: filters.to });
  const bound = upTo.endLeaf < until.endLeaf ? upTo.endLeaf : until.endLeaf;
  const asked = [
    [`e.room_id = $4 ${ofRoom}`, filters.roomId],
    ['(e.actor_id = $5 OR e.author_id = $5)', filters.actorId],
  ] as const;
  const conditions = asked
    .filter(([, value]) => value !== undefined)
    .map(([condition]) => `AND ${condition}`)
    .join(' ');
  const values = [filters.roomId ?? null, filters.actorId ?? null];
  const { rows } = await source.query(
    `SELECT count(*) AS events, max(e.leaf_index) AS "lastLeaf", min(e.position) AS from, max(e.position) AS to
     FROM record.event AS e
     WHERE e.organization_id = $1 AND e.leaf_index >= $2 AND e.leaf_index < $3 ${conditions}`,
    [organizationId, startLeaf, bound, ...values],
  );
  const { events, lastLeaf, from, to: last } = extentRow.parse(rows[0]);
  return {
    organizationId,
    conditions,
    values,
    startLeaf,
    endLeaf: lastLeaf === null ? 0n : lastLeaf + 1n,
    events: Number(events),
    positions: from === null || last === null ? null : { from: from.toString(), to: last.toString() },
  };
}

/** `$1` to `$5` of every statement over a scope. */
const valuesOf = (scope: ExportScope, from: bigint): unknown[] => [
  scope.organizationId,
  from,
  scope.endLeaf,
  ...scope.values,
];

/** The events in it, in order, a batch at a time. `more` narrows it further. */
export async function* eventsIn(
  source: SqlSource,
  scope: ExportScope,
  more = '',
  moreValues: readonly unknown[] = [],
): AsyncGenerator<RecordRow[]> {
  for (let from = scope.startLeaf; ;) {
    const rows = await recordRows(
      source,
      `SELECT ${recordColumns} FROM record.event AS e
       WHERE e.organization_id = $1 AND e.leaf_index >= $2 AND e.leaf_index < $3 ${scope.conditions} ${more}
       ORDER BY e.leaf_index LIMIT $6`,
      [...valuesOf(scope, from), batchEvents, ...moreValues],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    from = last.leafIndex + 1n;
  }
}

const leafBatch = 10_000;
const leafRows = z.array(z.object({ leafIndex: z.bigint() }));

/** Their leaf indexes alone. */
export async function* leavesIn(source: SqlSource, scope: ExportScope): AsyncGenerator<number[]> {
  for (let from = scope.startLeaf; ;) {
    const { rows } = await source.query(
      `SELECT e.leaf_index AS "leafIndex" FROM record.event AS e
       WHERE e.organization_id = $1 AND e.leaf_index >= $2 AND e.leaf_index < $3 ${scope.conditions}
       ORDER BY e.leaf_index LIMIT $6`,
      [...valuesOf(scope, from), leafBatch],
    );
    const leaves = leafRows.parse(rows).map(({ leafIndex }) => leafIndex);
    const last = leaves.at(-1);
    if (last === undefined) return;
    yield leaves.map(Number);
    from = last + 1n;
  }
}

const roomRows = z.array(z.object({ roomId: z.string() }));

/** Rooms in which something of it happened, the first first. */
export async function roomsIn(source: SqlSource, scope: ExportScope): Promise<string[]> {
  const { rows } = await source.query(
    `SELECT e.room_id AS "roomId" FROM record.event AS e
     WHERE e.organization_id = $1 AND e.leaf_index >= $2 AND e.leaf_index < $3 ${scope.conditions}
       AND e.room_id IS NOT NULL AND e.entity_type IN ('room', 'message') AND e.stream NOT LIKE 'audit-%'
     GROUP BY e.room_id ORDER BY min(e.leaf_index)`,
    valuesOf(scope, scope.startLeaf),
  );
  return roomRows.parse(rows).map(({ roomId }) => roomId);
}

/** By these a message is part of an export: of one that was only edited or deleted in it, too, all is told. */
const tellingTypes = `('MessageSent', 'MessageEdited', 'MessageDeleted')`;

const dayRows = z.array(z.object({ day: z.string() }));

/** UTC days on which those messages of a room were said that something of it is about. */
export async function daysIn(source: SqlSource, scope: ExportScope, roomId: string): Promise<string[]> {
  const { rows } = await source.query(
    `SELECT DISTINCT sent.day FROM record.event AS e
     JOIN record.event AS sent ON sent.organization_id = e.organization_id AND sent.entity_id = e.entity_id
       AND sent.type = 'MessageSent' AND sent.leaf_index <= e.leaf_index
     WHERE e.organization_id = $1 AND e.leaf_index >= $2 AND e.leaf_index < $3 ${scope.conditions}
       AND e.room_id = $6 AND e.type IN ${tellingTypes} AND sent.day IS NOT NULL
     ORDER BY sent.day`,
    [...valuesOf(scope, scope.startLeaf), roomId],
  );
  return dayRows.parse(rows).map(({ day }) => day);
}

const messageRows = z.array(z.object({ messageId: z.string(), leafIndex: z.bigint() }));

/** The messages among them that were said on this day, in order, a batch at a time. */
export async function* messagesOn(
  source: SqlSource,
  scope: ExportScope,
  roomId: string,
  day: string,
): AsyncGenerator<string[]> {
  for (let from = 0n; ;) {
    const { rows } = await source.query(
      `SELECT sent.entity_id AS "messageId", sent.leaf_index AS "leafIndex" FROM record.event AS sent
       WHERE sent.organization_id = $1 AND sent.room_id = $7 AND sent.day = $8 AND sent.type = 'MessageSent'
         AND sent.leaf_index >= $9 AND EXISTS (
           SELECT 1 FROM record.event AS e
           WHERE e.organization_id = $1 AND e.entity_id = sent.entity_id
             AND e.leaf_index >= $2 AND e.leaf_index < $3 ${scope.conditions} AND e.type IN ${tellingTypes})
       ORDER BY sent.leaf_index LIMIT $6`,
      [...valuesOf(scope, scope.startLeaf), batchEvents, roomId, day, from],
    );
    const messages = messageRows.parse(rows);
    const last = messages.at(-1);
    if (last === undefined) return;
    yield messages.map(({ messageId }) => messageId);
    from = last.leafIndex + 1n;
  }
}
