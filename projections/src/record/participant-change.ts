import { roomRoles, type RecordedEvent, type RoomRole } from '@verbatim/shared';
import { z } from 'zod';

const id = z.guid();
const cameSchema = z.object({ roomId: id, userId: id, role: z.enum(roomRoles) });
const leftSchema = z.object({ roomId: id, userId: id });

interface ParticipantChange {
  readonly roomId: string;
  readonly userId: string;
  /** Null once they have left. */
  readonly role: RoomRole | null;
}

/** Who came into or left which room, or got another role there; undefined for everything else. */
export function participantChange(event: RecordedEvent): ParticipantChange | undefined {
  switch (event.type) {
    case 'ParticipantJoined':
    case 'ParticipantAdded':
    case 'ParticipantRoleChanged':
      return cameSchema.safeParse(event.data).data;
    case 'ParticipantLeft':
    case 'ParticipantRemoved': {
      const left = leftSchema.safeParse(event.data).data;
      return left && { ...left, role: null };
    }
    default:
      return undefined;
  }
}
