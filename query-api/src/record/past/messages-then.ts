import {
  eventCatalogue,
  message as messageFolding,
  type Keyring,
  type MessageEvent,
  type PastMessageView,
  type Recorded,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import { openRows, type ActorName } from '../entries/open-entries.ts';
import { recordColumns, recordRows } from '../entries/record-row.ts';
import { namesThen } from './names-then.ts';
import type { RoomAt } from './room-then.ts';

const sentFrom = `
  SELECT e.entity_id AS "messageId", e.leaf_index AS "leafIndex" FROM record.event AS e
  WHERE e.organization_id = $1 AND e.room_id = $2 AND e.type = 'MessageSent'
    AND e.leaf_index >= $4 AND e.leaf_index < $3
  ORDER BY e.leaf_index LIMIT $5`;
const sentBefore = `
  SELECT * FROM (
    SELECT e.entity_id AS "messageId", e.leaf_index AS "leafIndex" FROM record.event AS e
    WHERE e.organization_id = $1 AND e.room_id = $2 AND e.type = 'MessageSent' AND e.leaf_index < least($3::bigint, $4::bigint)
    ORDER BY e.leaf_index DESC LIMIT $5) AS newest
  ORDER BY "leafIndex"`;
const sentRows = z.array(z.object({ messageId: z.string(), leafIndex: z.bigint() }));

export interface MessagePlace {
  readonly messageId: string;
  /** Of the event that sent it. */
  readonly leafIndex: bigint;
}

/** Messages of a room in the order in which they were sent. `before` gives the newest of those that precede it. */
export async function messagesSent(
  source: SqlSource,
  { organizationId, roomId, endLeaf }: RoomAt,
  page: ({ readonly from: bigint } | { readonly before: bigint }) & { readonly limit: number },
): Promise<MessagePlace[]> {
  const [sql, bound] = 'from' in page ? [sentFrom, page.from] : [sentBefore, page.before];
  const { rows } = await source.query(sql, [organizationId, roomId, endLeaf, bound, page.limit]);
  return sentRows.parse(rows);
}

const eventsOfMessages = `SELECT ${recordColumns} FROM record.event AS e
  WHERE e.organization_id = $1 AND e.entity_id = ANY($2::uuid[]) AND e.leaf_index < $3 AND e.entity_type = 'message'
  ORDER BY e.leaf_index`;

/** These messages as they read when everything before `endLeaf` had happened; what had not been sent yet is missing. */
export async function messagesThen(
  source: SqlSource,
  keyring: Keyring,
  asked: {
    readonly organizationId: string;
    readonly endLeaf: bigint;
    readonly messageIds: readonly string[];
  },
): Promise<Map<string, PastMessageView>> {
  const { organizationId, endLeaf, messageIds } = asked;
  const rows = await recordRows(source, eventsOfMessages, [organizationId, messageIds, endLeaf]);
  const histories = new Map<string, Recorded<MessageEvent>[]>();
  for (const { event } of await openRows(rows, keyring)) {
    if (event === undefined || !isMessageEvent(event)) continue;
    const history = histories.get(event.data.messageId);
    if (history === undefined) histories.set(event.data.messageId, [event]);
    else history.push(event);
  }
  const names = await namesThen(source, keyring, {
    organizationId,
    endLeaf,
    userIds: [...histories.values()].flatMap((history) => authorOf(history) ?? []),
  });
  const views = new Map<string, PastMessageView>();
  for (const [messageId, history] of histories) {
    const view = viewOf(history, names);
    if (view !== undefined) views.set(messageId, view);
  }
  return views;
}

export function isMessageEvent(event: Recorded): event is Recorded<MessageEvent> {
  return eventCatalogue[event.type].category === 'message';
}

const authorOf = ([first]: readonly Recorded<MessageEvent>[]): string | undefined =>
  first?.type === 'MessageSent' ? first.data.authorId : undefined;

function viewOf(
  history: readonly Recorded<MessageEvent>[],
  names: ReadonlyMap<string, ActorName>,
): PastMessageView | undefined {
  const state = messageFolding.fold(messageFolding.initial, history);
  const [sent] = history;
  if (state.status === 'none' || sent === undefined) return undefined;
  const at = (type: MessageEvent['type']): string | null =>
    instant(history.findLast((event) => event.type === type)?.metadata.occurredAt);
  const { source } = state;
  return {
    id: state.messageId,
    roomId: state.roomId,
    author: { id: state.authorId, displayName: names.get(state.authorId)?.displayName ?? '' },
    kind: state.kind,
    content: state.content,
    text: state.text,
    createdAt: instant(source?.at ?? sent.metadata.occurredAt) ?? '',
    editedAt: at('MessageEdited'),
    deletedAt: state.status === 'deleted' ? at('MessageDeleted') : null,
    replyTo: state.replyTo,
    threadOf: state.threadOf,
    reactions: [...state.reactions].map(([emoji, userIds]) => ({
      emoji,
      count: userIds.size,
      userIds: [...userIds],
    })),
    mentions: [...state.mentions.userIds, ...(state.mentions.room ? ['room'] : [])],
    pinned: state.pinned,
    ...(source !== null && { source: { id: source.id, importedAt: sent.created.toISOString() } }),
    position: sent.position.toString(),
    version: 1 + history.filter(({ type }) => type === 'MessageEdited').length,
  };
}

const instant = (time: string | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString();
