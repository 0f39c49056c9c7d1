import { present, type FieldError, type Member, type RoomEvent } from '@verbatim/shared';
import { accept, alreadySo, reject, rejectFields, type Decision } from '../deciding/decision.ts';
import type { CreateRoom } from './room-command.ts';
import type { RoomWorld } from './room-rights.ts';

export function createRoom(command: CreateRoom, { room, members }: RoomWorld): Decision<RoomEvent> {
  const { actorId, roomId, kind, visibility, name, description } = command;
  const creator = members.get(actorId);
  if (creator?.active !== true || creator.role === 'compliance') return reject('forbidden');
  if (room.status !== 'none') return kind === 'direct' ? alreadySo : reject('id-taken');

  const others = [...new Set(command.participantIds)].filter((userId) => userId !== actorId);
  const unknown = unknownPeople(command.participantIds, members);
  if (unknown.length > 0) return rejectFields(...unknown);
  if (others.some((userId) => members.get(userId)?.active !== true)) return reject('user-inactive');

  // The two of a direct room are equal: each is its admin, though neither ever changes it.
  const role = kind === 'direct' ? 'admin' : 'member';
  return accept(
    {
      type: 'RoomCreated',
      data: { roomId, kind, visibility, imported: false },
      content: present({ name, description }),
    },
    { type: 'ParticipantJoined', data: { roomId, userId: actorId, role: 'admin' } },
    ...others.map((userId): RoomEvent => ({ type: 'ParticipantAdded', data: { roomId, userId, role } })),
  );
}

function unknownPeople(userIds: readonly string[], members: ReadonlyMap<string, Member>): FieldError[] {
  return userIds.flatMap((userId, index) =>
    members.has(userId)
      ? []
      : [{ path: `participantIds.${index}`, message: 'is not a person of this organization' }],
  );
}
