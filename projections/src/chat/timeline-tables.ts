import type { MessageKind } from '@verbatim/shared';
import type { Table } from '../tables/table.ts';

/** Why a text is there or not, as clients are told. */
export type ContentStatus = 'present' | 'deleted' | 'erased' | 'expired';

/** A message as it reads now. */
export interface MessageRow {
  organizationId: string;
  messageId: string;
  roomId: string;
  seq: number;
  position: bigint;
  authorId: string;
  kind: MessageKind;
  content: ContentStatus;
  text: string | null;
  mentions: string[];
  mentionsRoom: boolean;
  /** The UTC day whose key seals it. */
  day: string;
  /** When it was sent here. */
  sentAt: string;
  /** When it was said: of imported messages, where they come from. */
  createdAt: string;
  /** Versions beyond the first are kept, with the first, in `message_version`. */
  version: number;
  editedAt: string | null;
  deletedAt: string | null;
  deletedBy: string | null;
  replyTo: string | null;
  threadOf: string | null;
  /** Replies ever sent in its thread; deleted ones keep their place there. */
  replyCount: number;
  pinnedAt: string | null;
  pinnedBy: string | null;
  sourceId: string | null;
  importedAt: string | null;
}

export const messageTable: Table<MessageRow> = {
  name: 'message',
  columns: {
    organizationId: 'uuid',
    messageId: 'uuid',
    roomId: 'uuid',
    seq: 'integer',
    position: 'bigint',
    authorId: 'uuid',
    kind: 'text',
    content: 'text',
    text: 'text',
    mentions: 'uuid[]',
    mentionsRoom: 'boolean',
    day: 'text',
    sentAt: 'timestamptz',
    createdAt: 'timestamptz',
    version: 'integer',
    editedAt: 'timestamptz',
    deletedAt: 'timestamptz',
    deletedBy: 'uuid',
    replyTo: 'uuid',
    threadOf: 'uuid',
    replyCount: 'integer',
    pinnedAt: 'timestamptz',
    pinnedBy: 'uuid',
    sourceId: 'text',
    importedAt: 'timestamptz',
  },
  key: ['organizationId', 'messageId'],
};

/** Every version of a message that was edited, the first included; others need none. */
export interface VersionRow {
  organizationId: string;
  messageId: string;
  version: number;
  content: ContentStatus;
  text: string | null;
  mentions: string[];
  mentionsRoom: boolean;
  writtenAt: string;
  writtenBy: string;
}

export const versionTable: Table<VersionRow> = {
  name: 'message_version',
  columns: {
    organizationId: 'uuid',
    messageId: 'uuid',
    version: 'integer',
    content: 'text',
    text: 'text',
    mentions: 'uuid[]',
    mentionsRoom: 'boolean',
    writtenAt: 'timestamptz',
    writtenBy: 'uuid',
  },
  key: ['organizationId', 'messageId', 'version'],
};

export interface ReactionRow {
  organizationId: string;
  messageId: string;
  emoji: string;
  userId: string;
  /** The seq of its frame: the order in which reactions came. */
  seq: number;
}

export const reactionTable: Table<ReactionRow> = {
  name: 'reaction',
  columns: { organizationId: 'uuid', messageId: 'uuid', emoji: 'text', userId: 'uuid', seq: 'integer' },
  key: ['organizationId', 'messageId', 'emoji', 'userId'],
};

/** A durable frame that is not a message: what of it cannot be read elsewhere. */
export interface FrameRow {
  organizationId: string;
  roomId: string;
  seq: number;
  position: bigint;
  type: string;
  at: string;
  /** Who acted. */
  actorId: string;
  messageId: string | null;
  /** The fields of this type of frame: emoji, role, version, or the room's details. */
  fields: Readonly<Record<string, unknown>> | null;
}

export const frameTable: Table<FrameRow> = {
  name: 'frame',
  columns: {
    organizationId: 'uuid',
    roomId: 'uuid',
    seq: 'integer',
    position: 'bigint',
    type: 'text',
    at: 'timestamptz',
    actorId: 'uuid',
    messageId: 'uuid',
    fields: 'jsonb',
  },
  key: ['organizationId', 'roomId', 'seq'],
};

export const timelineTables = [
  `CREATE TABLE message (
     organization_id uuid NOT NULL,
     message_id uuid NOT NULL,
     room_id uuid NOT NULL,
     seq integer NOT NULL,
     position bigint NOT NULL,
     author_id uuid NOT NULL,
     kind text NOT NULL,
     content text NOT NULL,
     text text,
     mentions uuid[] NOT NULL,
     mentions_room boolean NOT NULL,
     day text NOT NULL COLLATE "C",
     sent_at timestamptz(3) NOT NULL,
     created_at timestamptz(3) NOT NULL,
     version integer NOT NULL,
     edited_at timestamptz(3),
     deleted_at timestamptz(3),
     deleted_by uuid,
     reply_to uuid,
     thread_of uuid,
     reply_count integer NOT NULL,
     pinned_at timestamptz(3),
     pinned_by uuid,
     source_id text,
     imported_at timestamptz(3),
     PRIMARY KEY (organization_id, message_id),
     -- Here and not with the indexes: a rebuild counts by it what somebody has read.
     CONSTRAINT message_seq UNIQUE (organization_id, room_id, seq),
     CHECK ((content = 'present') = (text IS NOT NULL))
   )`,
  `CREATE TABLE message_version (
     organization_id uuid NOT NULL,
     message_id uuid NOT NULL,
     version integer NOT NULL,
     content text NOT NULL,
     text text,
     mentions uuid[] NOT NULL,
     mentions_room boolean NOT NULL,
     written_at timestamptz(3) NOT NULL,
     written_by uuid NOT NULL,
     PRIMARY KEY (organization_id, message_id, version),
     CHECK ((content = 'present') = (text IS NOT NULL))
   )`,
  `CREATE TABLE reaction (
     organization_id uuid NOT NULL,
     message_id uuid NOT NULL,
     emoji text NOT NULL COLLATE "C",
     user_id uuid NOT NULL,
     seq integer NOT NULL,
     PRIMARY KEY (organization_id, message_id, emoji, user_id)
   )`,
  `CREATE TABLE frame (
     organization_id uuid NOT NULL,
     room_id uuid NOT NULL,
     seq integer NOT NULL,
     position bigint NOT NULL,
     type text NOT NULL,
     at timestamptz(3) NOT NULL,
     actor_id uuid NOT NULL,
     message_id uuid,
     fields jsonb,
     PRIMARY KEY (organization_id, room_id, seq)
   )`,
];

export const timelineIndexes = [
  `CREATE INDEX IF NOT EXISTS message_thread ON message (organization_id, thread_of, seq) WHERE thread_of IS NOT NULL`,
  `CREATE INDEX IF NOT EXISTS message_pinned ON message (organization_id, room_id, seq) WHERE pinned_at IS NOT NULL`,
  // Erasure goes by author, retention by the day of a room. Were the organization in it, Postgres would mistake it for
  // a way to a message by room and seq while it knows nothing of the values yet.
  `CREATE INDEX IF NOT EXISTS message_author ON message (organization_id, author_id)`,
  `CREATE INDEX IF NOT EXISTS message_day ON message (room_id, day)`,
];
