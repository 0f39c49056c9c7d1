import {
  authorJoin,
  messageColumns,
  toMessageView,
  type MessagePageView,
  type MessageView,
  type Person,
  type SqlSource,
} from '@verbatim/shared';
import { pageOfRows } from '../http/paging.ts';
import { readInRoom } from '../rooms/read-in-room.ts';
import { cutAround, cutAtOldest, type Stretch } from './message-page.ts';

const messages = `SELECT ${messageColumns} FROM chat.message AS m ${authorJoin}
  WHERE m.organization_id = $1 AND m.room_id = $3`;
const newest = `${messages} ORDER BY m.seq DESC LIMIT $4`;
const before = `${messages} AND m.seq < $5::integer ORDER BY m.seq DESC LIMIT $4`;
const after = `${messages} AND m.seq > $5::integer ORDER BY m.seq LIMIT $4`;
const upTo = `${messages} AND m.seq <= $5::integer ORDER BY m.seq DESC LIMIT $4`;
const selects = { newest, before, after, around: `(${upTo}) UNION ALL (${after})` };

/** A page of a room's messages, always ascending by seq; its cursor leads on in the direction that was asked for. */
export async function listMessages(
  source: SqlSource,
  caller: Person,
  roomId: string,
  stretch: Stretch,
  limit: number,
): Promise<MessagePageView> {
  const { rows, asOf } = await readInRoom(
    source,
    caller,
    roomId,
    {
      select: selects[stretch.side],
      orderBy: 'seq',
      values: stretch.side === 'newest' ? [limit + 1] : [limit + 1, stretch.seq],
    },
    toMessageView,
  );
  if (stretch.side === 'after') return { ...pageOfRows(rows, limit, ({ seq }) => seq), asOf };
  const { items, hasMore } =
    stretch.side === 'around' ? around(rows, stretch.seq, limit) : cutAtOldest(rows, limit);
  const first = items[0];
  return { items: [...items], nextCursor: hasMore && first !== undefined ? String(first.seq) : null, asOf };
}

function around(rows: readonly MessageView[], middle: number, limit: number) {
  const older = rows.filter(({ seq }) => seq <= middle);
  return cutAround(older, rows.slice(older.length), limit);
}
