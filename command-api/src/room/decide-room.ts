import { assertNever, type RoomEvent } from '@verbatim/shared';
import { reject, type Decision } from '../deciding/decision.ts';
import {
  addParticipant,
  changeParticipantRole,
  joinRoom,
  leaveRoom,
  removeParticipant,
} from './change-participants.ts';
import { archiveRoom, changeRoomDetails } from './change-room.ts';
import { createRoom } from './create-room.ts';
import type { RoomCommand } from './room-command.ts';
import type { RoomWorld } from './room-rights.ts';

export function decideRoom(command: RoomCommand, world: RoomWorld): Decision<RoomEvent> {
  if (command.type === 'CreateRoom') return createRoom(command, world);
  const { room, members } = world;
  if (room.status === 'none') return reject('not-found');
  switch (command.type) {
    case 'ChangeRoomDetails':
      return changeRoomDetails(command, room, members);
    case 'ArchiveRoom':
    case 'UnarchiveRoom':
      return archiveRoom(command, room, members);
    case 'JoinRoom':
      return joinRoom(command, room, members);
    case 'LeaveRoom':
      return leaveRoom(command, room, members);
    case 'AddParticipant':
      return addParticipant(command, room, members);
    case 'ChangeParticipantRole':
      return changeParticipantRole(command, room, members);
    case 'RemoveParticipant':
      return removeParticipant(command, room, members);
    default:
      return assertNever(command);
  }
}
