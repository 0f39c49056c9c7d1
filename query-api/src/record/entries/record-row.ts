import type { SqlSource, StoredEvent } from '@verbatim/shared';
import { z } from 'zod';

/** A row of `record.event`, as every question about events selects it. */
export const recordColumns = `
  e.leaf_index AS "leafIndex", e.position, e.event_id AS "eventId", e.stream, e.revision, e.type, e.created,
  e.organization_id AS "organizationId", e.actor_id AS "actorId", e.room_id AS "roomId",
  e.entity_type AS "entityType", e.entity_id AS "entityId", e.data, e.metadata,
  encode(e.data_sha256, 'hex') AS "dataSha256", encode(e.metadata_sha256, 'hex') AS "metadataSha256",
  encode(e.leaf_hash, 'base64') AS "leafHash"`;

const recordRowSchema = z.object({
  leafIndex: z.bigint(),
  position: z.bigint(),
  eventId: z.string(),
  stream: z.string(),
  revision: z.bigint(),
  type: z.string(),
  created: z.date(),
  organizationId: z.string(),
  actorId: z.string().nullable(),
  roomId: z.string().nullable(),
  entityType: z.string(),
  entityId: z.string().nullable(),
  data: z.string().nullable(),
  metadata: z.string().nullable(),
  dataSha256: z.string(),
  metadataSha256: z.string(),
  leafHash: z.string(),
});
export type RecordRow = z.infer<typeof recordRowSchema>;

export async function recordRows(source: SqlSource, sql: string, values: unknown[]): Promise<RecordRow[]> {
  const { rows } = await source.query(sql, values);
  return rows.map((row) => recordRowSchema.parse(row));
}

/** The event as the store would hand it over; the text is JSON because the record wrote it so. */
export function storedEventOf(row: RecordRow): StoredEvent {
  const { eventId: id, type, stream, revision, position, created, data, metadata } = row;
  return { id, type, stream, revision, position, created, data: parsed(data), metadata: parsed(metadata) };
}

const parsed = (text: string | null): unknown => (text === null ? undefined : JSON.parse(text));
