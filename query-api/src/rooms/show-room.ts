import { Problem, readableRoomFrom, type Person, type RoomView, type SqlSource } from '@verbatim/shared';
import { inboxJoin, roomColumns, toRoomView } from './room-rows.ts';

/** @throws Problem `not-found` when there is no such room, or none that the person may read. */
export async function showRoom(
  source: SqlSource,
  { organizationId, userId }: Person,
  roomId: string,
): Promise<RoomView> {
  const { rows } = await source.query(
    `SELECT ${roomColumns}
     FROM (SELECT room.*, participant.role FROM ${readableRoomFrom}) AS room ${inboxJoin}`,
    [organizationId, userId, roomId],
  );
  if (rows[0] === undefined) throw new Problem('not-found');
  return toRoomView(rows[0]);
}
