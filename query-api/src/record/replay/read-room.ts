import type { SqlSource } from '@verbatim/shared';
import { recordColumns, recordRows, type RecordRow } from '../entries/record-row.ts';

const batchEvents = 500;

/** What happened in a room, and not who looked at it. */
const roomEvents = `SELECT ${recordColumns} FROM record.event AS e
  WHERE e.organization_id = $1 AND e.room_id = $2 AND e.leaf_index >= $3 AND e.leaf_index < $4
    AND e.stream NOT LIKE 'audit-%' AND e.stream NOT LIKE 'organization-%'
  ORDER BY e.leaf_index LIMIT $5`;

/** The events of a room from one leaf up to another, in batches, so that memory stays flat. */
export async function* readRoom(
  source: SqlSource,
  room: { readonly organizationId: string; readonly roomId: string },
  range: { readonly from: bigint; readonly to: bigint },
): AsyncGenerator<RecordRow[]> {
  for (let from = range.from; ;) {
    const values = [room.organizationId, room.roomId, from, range.to, batchEvents];
    const rows = await recordRows(source, roomEvents, values);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < batchEvents) return;
    from = last.leafIndex + 1n;
  }
}
