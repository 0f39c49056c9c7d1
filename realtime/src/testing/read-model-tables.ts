/** Of the read models and accounts, the tables and columns that the relay's queries touch. */
export const readModelTables = `
  CREATE SCHEMA chat;
  CREATE TABLE chat.checkpoint (position bigint NOT NULL);
  CREATE TABLE chat.person (
    organization_id uuid, user_id uuid, display_name text, role text, active boolean NOT NULL,
    PRIMARY KEY (organization_id, user_id));
  CREATE TABLE chat.room (
    organization_id uuid, room_id uuid, visibility text NOT NULL, last_seq integer NOT NULL,
    participant_count integer NOT NULL, epoch integer NOT NULL,
    PRIMARY KEY (organization_id, room_id));
  CREATE TABLE chat.participant (
    organization_id uuid, room_id uuid, user_id uuid, role text NOT NULL,
    PRIMARY KEY (organization_id, room_id, user_id));
  CREATE TABLE chat.inbox (
    organization_id uuid, room_id uuid, user_id uuid, read_seq integer NOT NULL,
    PRIMARY KEY (organization_id, room_id, user_id));
  CREATE TABLE chat.message (
    organization_id uuid, message_id uuid, room_id uuid NOT NULL, seq integer NOT NULL, position bigint NOT NULL,
    author_id uuid NOT NULL, kind text NOT NULL, content text NOT NULL, text text, mentions uuid[] NOT NULL,
    mentions_room boolean NOT NULL, sent_at timestamptz(3) NOT NULL, created_at timestamptz(3) NOT NULL,
    reply_to uuid, thread_of uuid, source_id text, imported_at timestamptz(3),
    PRIMARY KEY (organization_id, message_id), UNIQUE (organization_id, room_id, seq));
  CREATE TABLE chat.message_version (
    organization_id uuid, message_id uuid, version integer, content text, text text, mentions uuid[],
    mentions_room boolean, PRIMARY KEY (organization_id, message_id, version));
  CREATE TABLE chat.frame (
    organization_id uuid, room_id uuid, seq integer, position bigint NOT NULL, type text NOT NULL,
    at timestamptz(3) NOT NULL, actor_id uuid NOT NULL, message_id uuid, fields jsonb,
    PRIMARY KEY (organization_id, room_id, seq));
  CREATE SCHEMA directory;
  CREATE TABLE directory.organization (organization_id uuid PRIMARY KEY, version integer NOT NULL);
  CREATE SCHEMA accounts;
  CREATE TABLE accounts.session (
    session_id uuid PRIMARY KEY, organization_id uuid NOT NULL, user_id uuid NOT NULL, ended_at timestamptz);`;
