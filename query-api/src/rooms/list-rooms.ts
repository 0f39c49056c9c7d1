import type { Page, Person, RoomSummaryView, SqlSource } from '@verbatim/shared';
import { idCursor, pageOfRows } from '../http/paging.ts';
import { inboxJoin, roomColumns, toRoomSummary } from './room-rows.ts';

export interface RoomListing {
  /** Public rooms that the person is not in, instead of those that they are in. */
  readonly discover: boolean;
  readonly limit: number;
  readonly cursor: string | undefined;
}

const mine = `
  SELECT room.*, participant.role
  FROM chat.participant JOIN chat.room USING (organization_id, room_id)
  WHERE participant.organization_id = $1 AND participant.user_id = $2 AND participant.room_id > $3
  ORDER BY participant.room_id LIMIT $4`;

const open = `
  SELECT room.*, NULL::text AS role
  FROM chat.room
  WHERE room.organization_id = $1 AND room.visibility = 'public' AND room.room_id > $3
    AND NOT EXISTS (SELECT FROM chat.participant
                    WHERE participant.organization_id = $1 AND participant.room_id = room.room_id
                      AND participant.user_id = $2)
  ORDER BY room.room_id LIMIT $4`;

/** Ordered by id: which room comes first on a screen changes too often to page by. */
export async function listRooms(
  source: SqlSource,
  { organizationId, userId }: Person,
  { discover, limit, cursor }: RoomListing,
): Promise<Page<RoomSummaryView>> {
  const { rows } = await source.query(
    `SELECT ${roomColumns} FROM (${discover ? open : mine}) AS room ${inboxJoin} ORDER BY room.room_id`,
    [organizationId, userId, idCursor(cursor), limit + 1],
  );
  return pageOfRows(rows.map(toRoomSummary), limit, ({ id }) => id);
}
