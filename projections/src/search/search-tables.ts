import type { Table } from '../tables/table.ts';

/** A message that can be found, and the terms that find it. Its text is the timeline's. */
export interface DocumentRow {
  organizationId: string;
  messageId: string;
  roomId: string;
  position: bigint;
  /** As `termsOfMessage` gives them. */
  terms: number[];
}

export const documentTable: Table<DocumentRow> = {
  name: 'document',
  columns: {
    organizationId: 'uuid',
    messageId: 'uuid',
    roomId: 'uuid',
    position: 'bigint',
    terms: 'bigint[]',
  },
  key: ['organizationId', 'messageId'],
};

export const searchTables = [
  // Both come with PostgreSQL and may be made by the owner of a database.
  `CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public`,
  `CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public`,
  `CREATE TABLE document (
     organization_id uuid NOT NULL,
     message_id uuid NOT NULL,
     room_id uuid NOT NULL,
     position bigint NOT NULL,
     terms bigint[] NOT NULL,
     PRIMARY KEY (organization_id, message_id)
   )`,
  // Words that can be found by a part of theirs, and how many documents have them.
  `CREATE TABLE word (
     organization_id uuid NOT NULL,
     term bigint NOT NULL,
     word text NOT NULL COLLATE "C",
     documents integer NOT NULL,
     PRIMARY KEY (organization_id, term)
   ) WITH (fillfactor = 80)`,
];

/**
 * New entries wait in a list of at most so many kilobytes, about a thousand messages, and are sorted in together: that
 * takes less than half the time of sorting each in by itself. Every look into the index reads the list through.
 */
const pendingEntries = 'WITH (gin_pending_list_limit = 512)';

export const searchIndexes = [
  `CREATE INDEX IF NOT EXISTS document_terms ON document USING gin (terms) ${pendingEntries}`,
  `CREATE INDEX IF NOT EXISTS document_position ON document (organization_id, position)`,
  `CREATE INDEX IF NOT EXISTS word_part ON word USING gin (organization_id, word gin_trgm_ops)
     ${pendingEntries}`,
];
