import { present, type ExistingRoom, type RoomEvent } from '@verbatim/shared';
import { accept, alreadySo, reject, type Decision } from '../deciding/decision.ts';
import type { ArchiveRoom, ChangeRoomDetails, UnarchiveRoom } from './room-command.ts';
import { lacksRight, type RoomWorld } from './room-rights.ts';

type Members = RoomWorld['members'];

export function changeRoomDetails(
  command: ChangeRoomDetails,
  room: ExistingRoom,
  members: Members,
): Decision<RoomEvent> {
  const refusal = refuseAdministering(command.actorId, room, members);
  if (refusal !== undefined) return refusal;
  if (room.status === 'archived') return reject('room-archived');

  const visibility = changed(command.visibility, room.visibility);
  const posting = changed(command.settings?.posting, room.settings.posting);
  const name = changed(command.name, room.name);
  const description = changed(command.description, room.description);
  const topic = changed(command.topic, room.topic);
  const isChange = [visibility, posting, name, description, topic].some((value) => value !== undefined);
  if (!isChange) return alreadySo;
  return accept({
    type: 'RoomDetailsChanged',
    data: {
      roomId: room.roomId,
      ...(visibility !== undefined && { visibility }),
      ...(posting !== undefined && { settings: { posting } }),
    },
    content: present({
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(topic !== undefined && { topic }),
    }),
  });
}

export function archiveRoom(
  command: ArchiveRoom | UnarchiveRoom,
  room: ExistingRoom,
  members: Members,
): Decision<RoomEvent> {
  const refusal = refuseAdministering(command.actorId, room, members);
  if (refusal !== undefined) return refusal;
  const wanted = command.type === 'ArchiveRoom' ? 'archived' : 'active';
  if (room.status === wanted) return alreadySo;
  return accept({
    type: wanted === 'archived' ? 'RoomArchived' : 'RoomUnarchived',
    data: { roomId: room.roomId },
  });
}

function refuseAdministering(
  actorId: string,
  room: ExistingRoom,
  members: Members,
): Decision<never> | undefined {
  const lack = lacksRight(actorId, 'administer', room, members);
  if (lack !== undefined) return reject(lack);
  return room.kind === 'direct' ? reject('direct-room') : undefined;
}

/** The wanted value where one is wanted and differs. */
function changed<Value>(wanted: Value | undefined, current: Value | null): Value | undefined {
  return wanted === current ? undefined : wanted;
}
