import type { RoomEvent } from '@verbatim/shared';
import { accept, alreadySo, type Decision } from '../deciding/decision.ts';
import type { RoomWorld } from './room-rights.ts';

/**
 * Gives a room that lost its last acting admin (by deactivation) to the longest-standing moderator, else member,
 * who is active and can log in. A room where nobody can
 * act stays as it is until somebody is reactivated.
 */
export function handOverRoom({ room, members }: RoomWorld): Decision<RoomEvent> {
  if (room.status === 'none' || room.kind === 'direct') return alreadySo;
  const active = [...room.participants].filter(([userId]) => {
    const member = members.get(userId);
    return member?.active === true && !member.imported;
  });
  if (active.some(([, role]) => role === 'admin')) return alreadySo;
  const heir = active.find(([, role]) => role === 'moderator') ?? active[0];
  if (heir === undefined) return alreadySo;
  return accept({
    type: 'ParticipantRoleChanged',
    data: { roomId: room.roomId, userId: heir[0], role: 'admin' },
  });
}
