import { streamPrefixes, type EventStore, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import { parseVerifierKey } from '../verify/verifier-key.ts';
import { leafOf, type Leaf } from './expected-rows.ts';
import { FoundNotes } from './published-notes.ts';
import { readFaultOf } from './read-fault.ts';
import { StoresWalk, type StoresReport } from './stores-walk.ts';

export type { StoresFault, StoresReport } from './stores-walk.ts';

export interface VerifiedStores {
  readonly eventStore: EventStore;
  /** Left out: the log alone is held against what was signed. */
  readonly database: SqlSource | undefined;
  /** Whose signatures count: `<name>+<hash>+<base64>`. */
  readonly verifierKey: string;
  readonly anchorDirectory: string | undefined;
  readonly onProgress?: (position: bigint, head: bigint) => void;
}

const batchEvents = 1_000;

/**
 * Reads the log from its beginning and holds against it all that the record says of it, row by row and node by node,
 * and every checkpoint that was ever signed. One side alone cannot be changed unseen: not the log, not the record, and
 * with checkpoints anchored outside not both.
 */
export async function verifyStores(stores: VerifiedStores): Promise<StoresReport> {
  const { eventStore, database, onProgress } = stores;
  const notes = await findNotes(stores);
  // After the notes: what they cover in a log that goes on growing lies before this.
  const head = (await eventStore.head()) ?? 0n;
  const walk = new StoresWalk(database, notes, await recordPosition(database));
  let batch: Leaf[] = [];
  let last = 0n;
  try {
    for await (const event of eventStore.readAll({ streamPrefixes })) {
      if (event.position > head) break;
      batch.push(leafOf(event));
      last = event.position;
      if (batch.length < batchEvents) continue;
      await walk.take(batch);
      onProgress?.(last, head);
      batch = [];
    }
    await walk.take(batch);
    onProgress?.(head, head);
  } catch (error) {
    return walk.endEarly(last, readFaultOf(error));
  }
  return walk.end(head, (await eventStore.head()) ?? 0n);
}

async function findNotes({ eventStore, verifierKey, anchorDirectory }: VerifiedStores): Promise<FoundNotes> {
  const notes = new FoundNotes(parseVerifierKey(verifierKey));
  if (anchorDirectory !== undefined) await notes.addAnchored(anchorDirectory);
  await notes.addPublished(eventStore);
  return notes;
}

const positionRow = z.tuple([z.object({ position: z.bigint().nullable() })]);
const existsRow = z.tuple([z.object({ exists: z.boolean() })]);

/**
 * How far the record has been projected, by its checkpoint or by its rows, whichever is more: the checkpoint alone is
 * a number that anybody could set back. Undefined when the record is not there, as after a restore.
 */
async function recordPosition(database: SqlSource | undefined): Promise<bigint | undefined> {
  if (database === undefined) return undefined;
  const found = await database.query(`SELECT to_regclass('record.event') IS NOT NULL AS exists`);
  const [{ exists }] = existsRow.parse(found.rows);
  if (!exists) return undefined;
  const { rows } = await database.query(
    `SELECT greatest((SELECT max(position) FROM record.checkpoint), (SELECT max(position) FROM record.event)) AS position`,
  );
  return positionRow.parse(rows)[0].position ?? undefined;
}
