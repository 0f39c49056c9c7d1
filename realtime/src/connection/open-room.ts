import { Problem, type ReadableRoom } from '@verbatim/shared';
import type { RelayContext } from '../relay-context.ts';
import type { Connection } from './connection.ts';

/** The person has come into a room: their connection receives it from now on. */
export async function openOwnRoom(
  context: RelayContext,
  connection: Connection,
  roomId: string,
): Promise<void> {
  const claims = connection.identity?.claims;
  if (claims === undefined || !mayReceive(connection, roomId)) return;
  try {
    const readable = await context.readModel.readableRoom({ ...claims, roomId });
    if (readable === undefined || readable.role === null) return;
    const room = connection.rooms.get(roomId);
    if (room === undefined) receive(context, connection, readable);
    else if (room.grantMembership(connection)) connection.onMember(roomId, room);
  } catch (error) {
    context.logger.warn({ err: error, roomId }, 'a new room could not be opened'); // the next sweep finds it
  }
}

/** `join_room`: a room that the person may read, from `after` or from now on. */
export async function joinRoom(
  context: RelayContext,
  connection: Connection,
  roomId: string,
  after: number | undefined,
): Promise<void> {
  const claims = connection.identity?.claims;
  if (claims === undefined) return;
  const refuse = (problem: Problem): void =>
    connection.say({ type: 'error', id: roomId, problem: problem.toDetails() });
  try {
    const readable = mayReceive(connection, roomId)
      ? await context.readModel.readableRoom({ ...claims, roomId })
      : undefined;
    const isNew = !connection.rooms.has(roomId);
    if (isNew && connection.rooms.size >= context.limits.roomsOfSocket) refuse(new Problem('rate-limited'));
    else if (readable === undefined || !receive(context, connection, readable, after))
      refuse(new Problem('not-found'));
  } catch (error) {
    context.logger.warn({ err: error, roomId }, 'a room could not be joined');
    refuse(new Problem('unavailable'));
  }
}

const mayReceive = ({ origin }: Connection, roomId: string): boolean =>
  origin.onlyRoomId === undefined || origin.onlyRoomId === roomId;

/** False when the right, read a moment ago, is gone already. */
function receive(
  { rooms, presence }: RelayContext,
  connection: Connection,
  { roomId, lastSeq, epoch, role }: ReadableRoom,
  after?: number,
): boolean {
  const claims = connection.identity?.claims;
  if (claims === undefined || connection.phase.status !== 'ready') return true; // closed meanwhile
  const room = rooms.open(claims.organizationId, roomId, { seq: lastSeq, epoch });
  const rights = { lastSeq, isMember: role !== null };
  if (!room.admits(claims.userId, rights)) return false;
  connection.say({ type: 'room_added', roomId, lastSeq, epoch: room.epoch, own: rights.isMember });
  connection.rooms.set(roomId, room); // first, so that it lets go of the room if it ends by what it is sent
  if (!room.isReceivedBy(connection) || after !== undefined)
    room.subscribe(connection, rights, after === undefined ? undefined : { seq: after });
  presence.roomJoined(connection, room);
  return true;
}
