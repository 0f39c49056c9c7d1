import {
  canonicalJson,
  type Keyring,
  type PastMessageView,
  type PastParticipantView,
  type PastRoomView,
  type RoomDiffAnswer,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import { messagesThen } from './messages-then.ts';
import { asOfView, type Moment } from './moment.ts';

import { detailsThen, participantsThen } from './room-then.ts';

export interface DiffQuestion {
  readonly room: { readonly organizationId: string; readonly roomId: string };
  readonly from: Moment;
  readonly to: Moment;
  /** Messages first touched from this leaf on. */
  readonly firstLeaf: bigint;
  readonly limit: number;
}

/** Every message that something happened to between the two moments, at the first such event. */
const touchedMessages = `
  SELECT e.entity_id AS "messageId", e.leaf_index AS "leafIndex" FROM record.event AS e
  WHERE e.organization_id = $1 AND e.room_id = $2 AND e.entity_type = 'message'
    AND e.leaf_index >= $3 AND e.leaf_index < $4
    AND NOT EXISTS (
      SELECT 1 FROM record.event AS earlier
      WHERE earlier.organization_id = $1 AND earlier.entity_id = e.entity_id
        AND earlier.leaf_index >= $5 AND earlier.leaf_index < e.leaf_index)
  ORDER BY e.leaf_index LIMIT $6`;
const touchedRows = z.array(z.object({ messageId: z.string(), leafIndex: z.bigint() }));

/** What is otherwise at the second moment; details and participants stand on the first page alone. */
export async function diffRoom(
  source: SqlSource,
  keyring: Keyring,
  { room, from, to, firstLeaf, limit }: DiffQuestion,
): Promise<RoomDiffAnswer> {
  const { rows } = await source.query(touchedMessages, [
    room.organizationId,
    room.roomId,
    firstLeaf,
    to.endLeaf,
    from.endLeaf,
    limit + 1,
  ]);
  const touched = touchedRows.parse(rows);
  const page = touched.slice(0, limit).map(({ messageId }) => messageId);
  const isFirstPage = firstLeaf === from.endLeaf;
  return {
    from: asOfView(from),
    to: asOfView(to),
    ...(isFirstPage ? await diffDetails(source, keyring, room, from, to) : { room: null, participants: [] }),
    messages: await diffMessages(source, keyring, room.organizationId, page, from, to),
    nextCursor: touched[limit]?.leafIndex.toString() ?? null,
  };
}

async function diffMessages(
  source: SqlSource,
  keyring: Keyring,
  organizationId: string,
  messageIds: readonly string[],
  from: Moment,
  to: Moment,
): Promise<RoomDiffAnswer['messages']> {
  const before = await messagesThen(source, keyring, { organizationId, messageIds, endLeaf: from.endLeaf });
  const after = await messagesThen(source, keyring, { organizationId, messageIds, endLeaf: to.endLeaf });
  return messageIds.flatMap((messageId) =>
    changeOf<PastMessageView, { messageId: string }>(before.get(messageId), after.get(messageId), {
      messageId,
    }),
  );
}

async function diffDetails(
  source: SqlSource,
  keyring: Keyring,
  room: DiffQuestion['room'],
  from: Moment,
  to: Moment,
): Promise<Pick<RoomDiffAnswer, 'room' | 'participants'>> {
  const [before, after] = await Promise.all(
    [from, to].map(async ({ endLeaf }) => {
      const details = await detailsThen(source, keyring, { ...room, endLeaf });
      const participants = await participantsThen(source, keyring, { ...room, endLeaf });
      const view = details && { ...details, participantCount: participants.length };
      return { view, participants: new Map(participants.map((each) => [each.userId, each])) };
    }),
  );
  const userIds = new Set([...(before?.participants.keys() ?? []), ...(after?.participants.keys() ?? [])]);
  const [details = null] = changeOf<PastRoomView, object>(before?.view, after?.view, {});
  return {
    room: details,
    participants: [...userIds].flatMap((userId) =>
      changeOf<PastParticipantView, { userId: string }>(
        before?.participants.get(userId),
        after?.participants.get(userId),
        { userId },
      ),
    ),
  };
}

/** One entry where the two differ, none where they are alike. */
function changeOf<View, Key extends object>(
  before: View | undefined,
  after: View | undefined,
  key: Key,
): (Key & { before: View | null; after: View | null })[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  return [{ ...key, before: before ?? null, after: after ?? null }];
}
