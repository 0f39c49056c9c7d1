import { closeCodes, type ClientFrame, type OwnRoom, type ReadableRoom } from '@verbatim/shared';
import type { RelayContext } from '../relay-context.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomRights } from '../rooms/subscriber.ts';
import type { Connection, Identity } from './connection.ts';
import { openOwnRoom } from './open-room.ts';

/** One's own tell how far one has read. */
type ReceivedRoom = ReadableRoom & Partial<OwnRoom>;

export type Hello = Extract<ClientFrame, { readonly type: 'hello' }>;

/** Told in `ready`: clients speak at least this often, and so does the relay. */
export const heartbeatMs = 25_000;
/** Postgres does not answer: come back soon, spread. */
const unavailableRetryMs = 1_000;

/**
 * Takes a hello: who it is, whether their session lives, where their rooms stand. The connection is known by its
 * person from the first moment, so that a removal, an end of session, a new room or a read marker that happens
 * during the queries is not missed.
 */
export async function greet(context: RelayContext, connection: Connection, hello: Hello): Promise<void> {
  const { people, readModel, tokens, limits, logger } = context;
  if (connection.phase.status !== 'waiting') return; // gone before its turn came
  const claims = tokens.verify(hello.token);
  if (claims === undefined) {
    connection.close(closeCodes.unauthenticated);
    return;
  }
  connection.enter({ claims, token: hello.token });
  const person = people.add(connection, claims);
  if (person.connections.size > limits.socketsOfUser) {
    connection.close(closeCodes.tooManyFrames, unavailableRetryMs);
    return;
  }
  try {
    // Asked together: after a restart everybody waits for this at once.
    const [caller, rooms, directoryVersion] = await Promise.all([
      readModel.caller(claims),
      roomsToReceive(context, connection, hello),
      readModel.directoryVersion(claims.organizationId),
    ]);
    if (caller === undefined) {
      connection.close(closeCodes.unauthenticated);
      return;
    }
    welcome(context, connection, { hello, rooms, directoryVersion });
  } catch (error) {
    logger.warn({ err: error }, 'a hello could not be answered');
    connection.close(closeCodes.restarting, unavailableRetryMs * (1 + Math.random()));
  }
}

/**
 * One's own rooms and, as they were received before, public ones that are resumed; or the only room of the
 * connection.
 */
async function roomsToReceive(
  { readModel }: RelayContext,
  connection: Connection,
  { resume = {} }: Hello,
): Promise<readonly ReceivedRoom[]> {
  const claims = connection.identity?.claims;
  if (claims === undefined) return [];
  const { onlyRoomId } = connection.origin;
  if (onlyRoomId !== undefined) {
    const only = await readModel.readableRoom({ ...claims, roomId: onlyRoomId });
    return only === undefined ? [] : [only];
  }
  const own = await readModel.roomsOf(claims);
  const ownIds = new Set(own.map(({ roomId }) => roomId));
  const beside = Object.keys(resume).filter((roomId) => !ownIds.has(roomId));
  const readable = await Promise.all(beside.map((roomId) => readModel.readableRoom({ ...claims, roomId })));
  return [...own, ...readable.filter((room) => room !== undefined)];
}

interface Welcome {
  readonly hello: Hello;
  readonly rooms: readonly ReceivedRoom[];
  readonly directoryVersion: number;
}

/** All in one turn of the event loop: nothing is pushed between `ready` and the subscriptions. */
function welcome(
  context: RelayContext,
  connection: Connection,
  { hello, rooms, directoryVersion }: Welcome,
): void {
  const { phase, origin } = connection;
  if (phase.status !== 'entering') return;
  const { identity, lateRoomIds, lateReadSeqs } = phase;
  const admitted = admit(context, identity, rooms);
  if (origin.onlyRoomId !== undefined && admitted.length === 0) {
    connection.close(closeCodes.forbidden);
    return;
  }
  connection.becomeReady(identity);
  connection.say({
    type: 'ready',
    connectionId: connection.id,
    userId: identity.claims.userId,
    heartbeatMs,
    directoryVersion,
    rooms: admitted
      .filter(({ room, rights }) => rights.isMember || room.roomId === origin.onlyRoomId)
      .map(({ room, rights, readSeq }) => ({
        roomId: room.roomId,
        seq: rights.lastSeq,
        epoch: room.epoch,
        readSeq: lateReadSeqs.get(room.roomId) ?? readSeq,
      })),
  });
  const resume = hello.resume ?? {};
  for (const { room, rights } of admitted) {
    if (connection.identity === undefined) return; // cut while it was sent what it missed
    connection.rooms.set(room.roomId, room);
    const cursor = resume[room.roomId];
    room.subscribe(connection, rights, typeof cursor === 'number' ? { seq: cursor } : cursor);
  }
  for (const roomId of Object.keys(resume))
    if (!connection.rooms.has(roomId)) connection.say({ type: 'room_removed', roomId });
  for (const roomId of lateRoomIds) void openOwnRoom(context, connection, roomId);
  context.presence.connected(connection, identity.claims);
}

interface Admitted {
  readonly room: Room;
  readonly rights: RoomRights;
  readonly readSeq: number | undefined;
}

function admit({ rooms }: RelayContext, { claims }: Identity, readable: readonly ReceivedRoom[]): Admitted[] {
  return readable.flatMap(({ roomId, lastSeq, epoch, role, readSeq }) => {
    const room = rooms.open(claims.organizationId, roomId, { seq: lastSeq, epoch });
    const rights = { lastSeq, isMember: role !== null };
    return room.admits(claims.userId, rights) ? [{ room, rights, readSeq }] : [];
  });
}
