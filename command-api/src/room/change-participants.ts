import type { ExistingRoom, RoomEvent } from '@verbatim/shared';
import { accept, alreadySo, reject, rejectFields, type Decision } from '../deciding/decision.ts';
import type {
  AddParticipant,
  ChangeParticipantRole,
  JoinRoom,
  LeaveRoom,
  RemoveParticipant,
} from './room-command.ts';
import { isLastAdmin, lacksRight, type RoomWorld } from './room-rights.ts';

type Members = RoomWorld['members'];

export function joinRoom({ actorId }: JoinRoom, room: ExistingRoom, members: Members): Decision<RoomEvent> {
  if (room.participants.has(actorId)) return alreadySo;
  const lack = lacksRight(actorId, 'see', room, members);
  if (lack !== undefined) return reject(lack);
  if (members.get(actorId)?.role === 'compliance') return reject('forbidden');
  if (room.status === 'archived') return reject('room-archived');
  return accept({
    type: 'ParticipantJoined',
    data: { roomId: room.roomId, userId: actorId, role: 'member' },
  });
}

/** People may leave an archived room too: reading rights end, nothing that was said changes. */
export function leaveRoom({ actorId }: LeaveRoom, room: ExistingRoom, members: Members): Decision<RoomEvent> {
  const lack = lacksRight(actorId, 'take-part', room, members);
  if (lack !== undefined) return reject(lack);
  if (room.kind === 'direct') return reject('direct-room');
  if (isLastAdmin(actorId, room, members)) return reject('last-admin');
  return accept({ type: 'ParticipantLeft', data: { roomId: room.roomId, userId: actorId } });
}

export function addParticipant(
  { actorId, userId, role }: AddParticipant,
  room: ExistingRoom,
  members: Members,
): Decision<RoomEvent> {
  const lack = lacksRight(actorId, role === 'member' ? 'add' : 'administer', room, members);
  if (lack !== undefined) return reject(lack);
  if (room.kind === 'direct') return reject('direct-room');
  if (room.status === 'archived') return reject('room-archived');
  const person = members.get(userId);
  if (person === undefined)
    return rejectFields({ path: 'userId', message: 'is not a person of this organization' });
  if (room.participants.has(userId)) return alreadySo;
  if (!person.active) return reject('user-inactive');
  return accept({ type: 'ParticipantAdded', data: { roomId: room.roomId, userId, role } });
}

export function changeParticipantRole(
  { actorId, userId, role }: ChangeParticipantRole,
  room: ExistingRoom,
  members: Members,
): Decision<RoomEvent> {
  const lack = lacksRight(actorId, 'administer', room, members);
  if (lack !== undefined) return reject(lack);
  if (room.kind === 'direct') return reject('direct-room');
  const current = room.participants.get(userId);
  if (current === undefined) return reject(members.has(userId) ? 'not-participant' : 'not-found');
  if (current === role) return alreadySo;
  if (isLastAdmin(userId, room, members)) return reject('last-admin');
  if (members.get(userId)?.active !== true) return reject('user-inactive');
  return accept({ type: 'ParticipantRoleChanged', data: { roomId: room.roomId, userId, role } });
}

/** Moderators remove members, admins anybody; whoever removes themselves leaves. */
export function removeParticipant(
  { actorId, userId }: RemoveParticipant,
  room: ExistingRoom,
  members: Members,
): Decision<RoomEvent> {
  if (actorId === userId) return leaveRoom({ type: 'LeaveRoom', actorId }, room, members);
  const lack = lacksRight(actorId, 'moderate', room, members);
  if (lack !== undefined) return reject(lack);
  if (room.kind === 'direct') return reject('direct-room');
  const role = room.participants.get(userId);
  if (role === undefined) return reject(members.has(userId) ? 'not-participant' : 'not-found');
  const isAdmin = lacksRight(actorId, 'administer', room, members) === undefined;
  if (role !== 'member' && !isAdmin) return reject('forbidden');
  if (isLastAdmin(userId, room, members)) return reject('last-admin');
  return accept({ type: 'ParticipantRemoved', data: { roomId: room.roomId, userId } });
}
