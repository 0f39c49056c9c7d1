import type { RoomKind, Visibility } from '@verbatim/shared';
import type { Table } from '../tables/table.ts';
import { instantOf } from './instant.ts';
import type { ChatBatch } from './chat-batch.ts';
import type { ChatEvent } from './chat-event.ts';

/** A room and its counters, from which `seq` and everybody's unread counts come. */
export interface RoomRow {
  organizationId: string;
  roomId: string;
  kind: RoomKind;
  visibility: Visibility;
  imported: boolean;
  name: string | null;
  description: string;
  topic: string;
  posting: 'everyone' | 'moderators';
  archived: boolean;
  createdAt: string;
  /** The seq of the newest frame. */
  lastSeq: number;
  /** Messages that are not deleted. */
  liveMessages: number;
  participantCount: number;
  /** Rises when content was erased or expired: what clients hold is not to be trusted then. */
  epoch: number;
}

export const roomTable: Table<RoomRow> = {
  name: 'room',
  columns: {
    organizationId: 'uuid',
    roomId: 'uuid',
    kind: 'text',
    visibility: 'text',
    imported: 'boolean',
    name: 'text',
    description: 'text',
    topic: 'text',
    posting: 'text',
    archived: 'boolean',
    createdAt: 'timestamptz',
    lastSeq: 'integer',
    liveMessages: 'integer',
    participantCount: 'integer',
    epoch: 'integer',
  },
  key: ['organizationId', 'roomId'],
};

export const roomTables = [
  `CREATE TABLE room (
     organization_id uuid NOT NULL,
     room_id uuid NOT NULL,
     kind text NOT NULL,
     visibility text NOT NULL,
     imported boolean NOT NULL,
     name text COLLATE "C",
     description text NOT NULL,
     topic text NOT NULL,
     posting text NOT NULL,
     archived boolean NOT NULL,
     created_at timestamptz(3) NOT NULL,
     last_seq integer NOT NULL,
     live_messages integer NOT NULL,
     participant_count integer NOT NULL,
     epoch integer NOT NULL,
     PRIMARY KEY (organization_id, room_id)
   ) WITH (fillfactor = 50)`,
];

export const roomIndexes = [
  `CREATE INDEX IF NOT EXISTS room_public ON room (organization_id, room_id) WHERE visibility = 'public'`,
];

/** The room as it is told in a `room_changed` frame. */
export function detailsOf({ name, description, topic, visibility, archived, posting }: RoomRow) {
  return { name, description, topic, visibility, archived, settings: { posting } };
}

export function projectRoom(batch: ChatBatch, event: ChatEvent): void {
  const { organizationId, occurredAt } = event.metadata;
  switch (event.type) {
    case 'RoomCreated': {
      const { roomId, kind, visibility, imported } = event.data;
      const fields = event.content.status === 'present' ? event.content.fields : undefined;
      batch.rooms.put({
        organizationId,
        roomId,
        kind,
        visibility,
        imported,
        name: fields?.name ?? null,
        description: fields?.description ?? '',
        topic: '',
        posting: 'everyone',
        archived: false,
        createdAt: instantOf(occurredAt),
        lastSeq: 0,
        liveMessages: 0,
        participantCount: 0,
        epoch: 0,
      });
      return;
    }
    case 'RoomDetailsChanged': {
      const room = batch.room(event);
      const { visibility, settings } = event.data;
      const fields = event.content.status === 'present' ? event.content.fields : undefined;
      room.visibility = visibility ?? room.visibility;
      room.posting = settings?.posting ?? room.posting;
      room.name = fields?.name ?? room.name;
      room.description = fields?.description ?? room.description;
      room.topic = fields?.topic ?? room.topic;
      return;
    }
    case 'RoomArchived':
      batch.room(event).archived = true;
      return;
    case 'RoomUnarchived':
      batch.room(event).archived = false;
      return;
    default:
      return; // the rest changes other tables
  }
}
