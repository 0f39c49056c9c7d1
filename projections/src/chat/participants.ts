import type { RoomRole } from '@verbatim/shared';
import type { Table } from '../tables/table.ts';
import { instantOf } from './instant.ts';
import type { ChatBatch } from './chat-batch.ts';
import type { ChatEvent } from './chat-event.ts';

export interface ParticipantRow {
  organizationId: string;
  roomId: string;
  userId: string;
  role: RoomRole;
  joinedAt: string;
  joinedSeq: number;
}

export const participantTable: Table<ParticipantRow> = {
  name: 'participant',
  columns: {
    organizationId: 'uuid',
    roomId: 'uuid',
    userId: 'uuid',
    role: 'text',
    joinedAt: 'timestamptz',
    joinedSeq: 'integer',
  },
  key: ['organizationId', 'roomId', 'userId'],
};

export const participantTables = [
  `CREATE TABLE participant (
     organization_id uuid NOT NULL,
     room_id uuid NOT NULL,
     user_id uuid NOT NULL,
     role text NOT NULL,
     joined_at timestamptz(3) NOT NULL,
     joined_seq integer NOT NULL,
     PRIMARY KEY (organization_id, room_id, user_id)
   )`,
];

export const participantIndexes = [
  `CREATE INDEX IF NOT EXISTS participant_rooms ON participant (organization_id, user_id, room_id)`,
];

export function projectParticipant(batch: ChatBatch, event: ChatEvent, seq: number): void {
  const { organizationId, occurredAt } = event.metadata;
  switch (event.type) {
    case 'ParticipantJoined':
    case 'ParticipantAdded': {
      const { roomId, userId, role } = event.data;
      const existing = batch.participants.edit({ organizationId, roomId, userId });
      if (existing !== undefined) {
        existing.role = role;
        return;
      }
      const joinedAt = instantOf(occurredAt);
      batch.participants.put({ organizationId, roomId, userId, role, joinedAt, joinedSeq: seq });
      batch.room(event).participantCount += 1;
      return;
    }
    case 'ParticipantLeft':
    case 'ParticipantRemoved': {
      const { roomId, userId } = event.data;
      const key = { organizationId, roomId, userId };
      if (batch.participants.get(key) === undefined) return;
      batch.participants.remove(key);
      batch.room(event).participantCount -= 1;
      return;
    }
    case 'ParticipantRoleChanged': {
      const { roomId, userId, role } = event.data;
      const participant = batch.participants.edit({ organizationId, roomId, userId });
      if (participant !== undefined) participant.role = role;
      return;
    }
    default:
      return; // the rest changes other tables
  }
}
