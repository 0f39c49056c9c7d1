import {
  authorJoin,
  messageColumns,
  toMessageView,
  type MessageView,
  type Page,
  type Person,
  type SqlSource,
} from '@verbatim/shared';
import { pageOfRows, seqCursor } from '../http/paging.ts';
import { readInRoom } from '../rooms/read-in-room.ts';

const select = `
  SELECT ${messageColumns} FROM chat.message AS m ${authorJoin}
  WHERE m.organization_id = $1 AND m.room_id = $3 AND m.pinned_at IS NOT NULL AND m.seq > $4::integer
  ORDER BY m.seq LIMIT $5`;

/** The pinned messages of a room, in the order in which they were said. */
export async function listPins(
  source: SqlSource,
  caller: Person,
  roomId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<MessageView>> {
  const items = { select, orderBy: 'seq', values: [seqCursor(cursor) ?? 0, limit + 1] };
  const { rows } = await readInRoom(source, caller, roomId, items, toMessageView);
  return pageOfRows(rows, limit, ({ seq }) => seq);
}
