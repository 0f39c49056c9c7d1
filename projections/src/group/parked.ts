import type { Connection } from '../tables/connection.ts';
import type { LogItem } from './log-item.ts';
import type { Partition } from './partition.ts';
import { quoted } from './schema.ts';

/** A partition that waits in one read model for somebody to decide: `projections retry` or `skip`. */
export interface ParkedPartition {
  readonly partition: string;
  readonly organizationId: string | null;
  /** The event that failed. */
  readonly position: bigint;
  /**
   * Null until somebody decides. Then everything of the partition up to here is applied or left out; just before
   * `position` when the event that failed is to be tried again.
   */
  readonly resumedPosition: bigint | null;
  readonly eventId: string;
  readonly eventType: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly cause: string;
}

/** Longer causes are cut: they are for people, and may quote what an event held. */
const maxCauseCharacters = 500;

export function parkedBy({ stored }: LogItem, partition: Partition, cause: Error): ParkedPartition {
  return {
    partition: partition.name,
    organizationId: partition.organizationId,
    position: stored.position,
    resumedPosition: null,
    eventId: stored.id,
    eventType: stored.type,
    stream: stored.stream,
    revision: stored.revision,
    cause: cause.message.replaceAll('\0', '').slice(0, maxCauseCharacters),
  };
}

export async function isAnythingParked(connection: Connection, schema: string): Promise<boolean> {
  const { rows } = await connection.query(`SELECT FROM ${quoted(schema)}.parked LIMIT 1`);
  return rows.length > 0;
}

export async function readParked(connection: Connection): Promise<ParkedPartition[]> {
  const { rows } = await connection.query<ParkedPartition>(
    `SELECT partition, organization_id AS "organizationId", position, resumed_position AS "resumedPosition",
       event_id AS "eventId", event_type AS "eventType", stream, revision, cause
     FROM parked ORDER BY position`,
  );
  return rows;
}

export async function writeParked(connection: Connection, parked: ParkedPartition): Promise<void> {
  await connection.query(
    `INSERT INTO parked (partition, organization_id, position, resumed_position, event_id, event_type, stream,
       revision, cause)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (partition) DO UPDATE SET position = excluded.position,
       resumed_position = excluded.resumed_position, event_id = excluded.event_id,
       event_type = excluded.event_type, stream = excluded.stream, revision = excluded.revision,
       cause = excluded.cause`,
    [
      parked.partition,
      parked.organizationId,
      parked.position,
      parked.resumedPosition,
      parked.eventId,
      parked.eventType,
      parked.stream,
      parked.revision,
      parked.cause,
    ],
  );
}

export async function removeParked(connection: Connection, partition: string): Promise<void> {
  await connection.query('DELETE FROM parked WHERE partition = $1', [partition]);
}
