import { assertNever, closeCodes, type DurableFrame, type PushItem } from '@verbatim/shared';
import type { Connection } from './connection/connection.ts';
import { openOwnRoom } from './connection/open-room.ts';
import type { RelayContext } from './relay-context.ts';
import type { Room } from './rooms/room.ts';
import { encodeFrame } from './wire/encode-frame.ts';

/** What a projector told after a commit. */
export function takePush(context: RelayContext, item: PushItem): void {
  const { rooms, people } = context;
  const { organizationId } = item;
  switch (item.kind) {
    case 'frame': {
      const isHeld = rooms.get(item.frame.roomId) !== undefined;
      rooms.take(item.frame);
      if (!isHeld && item.frame.type === 'participant_joined')
        bringIn(context, { organizationId, userId: item.frame.user.id }, item.frame);
      return;
    }
    case 'read':
      tellMarker(context, item);
      return;
    case 'session-ended':
      for (const connection of people.connectionsOf(item))
        if (item.sessionId === null || connection.identity?.claims.sessionId === item.sessionId)
          connection.close(closeCodes.unauthenticated);
      return;
    case 'directory': {
      const bytes = encodeFrame({ type: 'directory', version: item.version });
      for (const connection of people.connectionsIn(organizationId)) connection.sendMomentary(bytes);
      return;
    }
    case 'reset':
      rooms.raiseEpoch(item.roomId, item.epoch);
      return;
    default:
      assertNever(item);
  }
}

/** Somebody's own devices count by it, and no seq would tell them that it was lost; to others it may be. */
function tellMarker(
  { rooms, people }: RelayContext,
  marker: Extract<PushItem, { readonly kind: 'read' }>,
): void {
  const { roomId, userId, readSeq } = marker;
  const own = people.connectionsOf(marker);
  for (const { phase } of own) if (phase.status === 'entering') phase.lateReadSeqs.set(roomId, readSeq);
  const room = rooms.get(roomId);
  if (room === undefined) return;
  const bytes = encodeFrame({ type: 'read', roomId, userId, readSeq });
  for (const connection of own) if (connection.rooms.has(roomId)) connection.send(bytes);
  room.sendMomentary(bytes, userId);
}

/** A held room has dealt with a frame: what it means to people beyond those who received it. */
export function afterFrame(context: RelayContext, room: Room, frame: DurableFrame): void {
  if (frame.type === 'message')
    context.typing.over({ roomId: frame.roomId, userId: frame.message.author.id });
  if (frame.type !== 'participant_joined' && frame.type !== 'participant_left') return;
  context.presence.membersChanged(room);
  if (frame.type !== 'participant_joined') return;
  bringIn(context, { organizationId: room.organizationId, userId: frame.user.id }, frame, room);
}

/** Somebody came into a room: their connections that do not have it yet get it. */
function bringIn(
  context: RelayContext,
  person: { readonly organizationId: string; readonly userId: string },
  { roomId, seq }: DurableFrame,
  heldRoom?: Room,
): void {
  for (const connection of context.people.connectionsOf(person)) {
    const { phase } = connection;
    if (phase.status === 'entering') phase.lateRoomIds.add(roomId);
    if (phase.status !== 'ready' || connection.rooms.has(roomId)) continue;
    if (heldRoom === undefined) void openOwnRoom(context, connection, roomId);
    else beginAt(context, connection, heldRoom, seq);
  }
}

/** The frame itself is the right to the room: nothing needs to be asked. */
function beginAt({ presence }: RelayContext, connection: Connection, room: Room, seq: number): void {
  const { onlyRoomId } = connection.origin;
  if (onlyRoomId !== undefined && onlyRoomId !== room.roomId) return;
  connection.onMember(room.roomId, { seq, epoch: room.epoch });
  connection.rooms.set(room.roomId, room);
  room.subscribe(connection, { lastSeq: seq, isMember: true });
  presence.roomJoined(connection, room);
}
