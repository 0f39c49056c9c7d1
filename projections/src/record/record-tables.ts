import type { Table } from '../tables/table.ts';

/** One event of ours, as it is stored: ciphertext, so that nothing here has to be blanked when somebody is erased. */
export interface EventRow {
  readonly organizationId: string;
  readonly leafIndex: bigint;
  readonly position: bigint;
  readonly eventId: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly type: string;
  readonly created: string;
  /** The latest stamp up to here: clocks step back, this never does, so it can be searched by halves. */
  readonly horizon: string;
  readonly actorId: string | null;
  readonly roomId: string | null;
  readonly entityType: string;
  readonly entityId: string | null;
  /** Messages only: who said it, and the day whose key seals it. */
  readonly authorId: string | null;
  readonly day: string | null;
  readonly data: string | null;
  readonly metadata: string | null;
  readonly dataSha256: Uint8Array;
  readonly metadataSha256: Uint8Array;
  readonly leafHash: Uint8Array;
}

/** The root of a complete subtree of 2^level leaves, from `lowestKeptLevel` on; leaves themselves stand in `event`. */
export interface NodeRow {
  readonly organizationId: string;
  readonly level: number;
  readonly index: bigint;
  readonly hash: Uint8Array;
}

/** Where an organization's tree stands: follows from `event` and is kept at hand. */
export interface TreeRow {
  organizationId: string;
  size: bigint;
  horizon: string;
  /** The size right after the newest event that is not a checkpoint: what a checkpoint is due for. */
  activeSize: bigint;
  /** What the newest published checkpoint covers. */
  publishedSize: bigint;
}

/** From this event on somebody has this role in a room, or none: never changed, so any moment can be asked for. */
export interface ParticipantRow {
  readonly organizationId: string;
  readonly roomId: string;
  readonly userId: string;
  readonly leafIndex: bigint;
  readonly role: string | null;
}

export const eventTable: Table<EventRow> = {
  name: 'event',
  key: ['organizationId', 'leafIndex'],
  columns: {
    organizationId: 'uuid',
    leafIndex: 'bigint',
    position: 'bigint',
    eventId: 'uuid',
    stream: 'text',
    revision: 'bigint',
    type: 'text',
    created: 'timestamptz',
    horizon: 'timestamptz',
    actorId: 'uuid',
    roomId: 'uuid',
    entityType: 'text',
    entityId: 'uuid',
    authorId: 'uuid',
    day: 'text',
    data: 'text',
    metadata: 'text',
    dataSha256: 'bytea',
    metadataSha256: 'bytea',
    leafHash: 'bytea',
  },
};

export const nodeTable: Table<NodeRow> = {
  name: 'node',
  key: ['organizationId', 'level', 'index'],
  columns: { organizationId: 'uuid', level: 'integer', index: 'bigint', hash: 'bytea' },
};

export const treeTable: Table<TreeRow> = {
  name: 'tree',
  key: ['organizationId'],
  columns: {
    organizationId: 'uuid',
    size: 'bigint',
    horizon: 'timestamptz',
    activeSize: 'bigint',
    publishedSize: 'bigint',
  },
};

export const participantTable: Table<ParticipantRow> = {
  name: 'participant',
  key: ['organizationId', 'roomId', 'userId', 'leafIndex'],
  columns: {
    organizationId: 'uuid',
    roomId: 'uuid',
    userId: 'uuid',
    leafIndex: 'bigint',
    role: 'text',
  },
};

/** Whoever is logged in, the owner too, may add to these tables and read them, and nothing else. */
const keptForEver = ['event', 'node', 'participant'].flatMap((table) => [
  `CREATE TRIGGER ${table}_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
  `ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${table}_is_kept`,
  `REVOKE UPDATE, DELETE, TRUNCATE ON ${table} FROM PUBLIC, CURRENT_USER`,
]);

export const recordTables = [
  `CREATE TABLE event (
     organization_id uuid NOT NULL,
     leaf_index bigint NOT NULL CHECK (leaf_index >= 0),
     position bigint NOT NULL,
     event_id uuid NOT NULL,
     stream text NOT NULL,
     revision bigint NOT NULL,
     type text NOT NULL COLLATE "C",
     created timestamptz(3) NOT NULL,
     horizon timestamptz(3) NOT NULL,
     actor_id uuid,
     room_id uuid,
     entity_type text NOT NULL,
     entity_id uuid,
     author_id uuid,
     day text,
     data text,
     metadata text,
     data_sha256 bytea NOT NULL,
     metadata_sha256 bytea NOT NULL,
     leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
     PRIMARY KEY (organization_id, leaf_index)
   )`,
  `CREATE TABLE node (
     organization_id uuid NOT NULL,
     level integer NOT NULL CHECK (level > 0),
     index bigint NOT NULL CHECK (index >= 0),
     hash bytea NOT NULL CHECK (octet_length(hash) = 32),
     PRIMARY KEY (organization_id, level, index)
   )`,
  `CREATE TABLE participant (
     organization_id uuid NOT NULL,
     room_id uuid NOT NULL,
     user_id uuid NOT NULL,
     leaf_index bigint NOT NULL,
     role text,
     PRIMARY KEY (organization_id, room_id, user_id, leaf_index)
   )`,
  `CREATE TABLE tree (
     organization_id uuid PRIMARY KEY,
     size bigint NOT NULL,
     horizon timestamptz(3) NOT NULL,
     active_size bigint NOT NULL,
     published_size bigint NOT NULL
   )`,
  `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $function$
   BEGIN
     RAISE EXCEPTION 'the record is only ever added to (%.%)', TG_TABLE_SCHEMA, TG_TABLE_NAME
       USING ERRCODE = 'insufficient_privilege';
   END
   $function$`,
  ...keptForEver,
];

/** Within an organization the leaf index orders as the log does, and is what every list pages by. */
export const recordIndexes = [
  `CREATE INDEX IF NOT EXISTS event_room ON event (organization_id, room_id, leaf_index) WHERE room_id IS NOT NULL`,
  `CREATE INDEX IF NOT EXISTS event_room_messages ON event (organization_id, room_id, leaf_index) WHERE type = 'MessageSent'`,
  `CREATE INDEX IF NOT EXISTS event_author ON event (organization_id, author_id, room_id, day) WHERE type = 'MessageSent'`,
  `CREATE INDEX IF NOT EXISTS event_room_details ON event (organization_id, room_id, leaf_index)
     WHERE type IN ('RoomCreated', 'RoomDetailsChanged', 'RoomArchived', 'RoomUnarchived')`,
  `CREATE INDEX IF NOT EXISTS event_entity ON event (organization_id, entity_id, leaf_index)`,
  // What was said in a room on which day: for mails, and for what retention would take.
  `CREATE INDEX IF NOT EXISTS event_room_days ON event (organization_id, room_id, day, leaf_index) WHERE type = 'MessageSent'`,
  // Exports that are to be made, whosever they are.
  `CREATE INDEX IF NOT EXISTS event_exports ON event (type, entity_id) WHERE type IN ('ExportRequested', 'ExportCompleted')`,
  // What somebody was called at some time, without passing over all their sessions.
  `CREATE INDEX IF NOT EXISTS event_names ON event (organization_id, entity_id, leaf_index)
     WHERE type IN ('UserRegistered', 'ProfileChanged')`,
  `CREATE INDEX IF NOT EXISTS event_actor ON event (organization_id, actor_id, leaf_index)`,
  `CREATE INDEX IF NOT EXISTS event_type ON event (organization_id, type, leaf_index)`,
  // The rooms that somebody was ever in: what a hold on a person covers.
  `CREATE INDEX IF NOT EXISTS participant_of ON participant (organization_id, user_id, room_id)`,
];
