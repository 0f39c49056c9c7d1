import { receiptView, type Page, type Person, type ReceiptView, type SqlSource } from '@verbatim/shared';
import { idCursor, pageOfRows } from '../http/paging.ts';
import { readInRoom } from './read-in-room.ts';

const select = `
  SELECT participant.user_id AS "userId", coalesce(inbox.read_seq, 0) AS "readSeq"
  FROM chat.participant LEFT JOIN chat.inbox USING (organization_id, room_id, user_id)
  WHERE participant.organization_id = $1 AND participant.room_id = $3 AND participant.user_id > $4
  ORDER BY participant.user_id LIMIT $5`;

/** How far each participant has read. */
export async function listReceipts(
  source: SqlSource,
  caller: Person,
  roomId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<ReceiptView>> {
  const items = { select, orderBy: '"userId"', values: [idCursor(cursor), limit + 1] };
  const { rows } = await readInRoom(source, caller, roomId, items, (row) => receiptView.parse(row));
  return pageOfRows(rows, limit, ({ userId }) => userId);
}
