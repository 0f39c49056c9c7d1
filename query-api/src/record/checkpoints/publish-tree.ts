import {
  encodeEvent,
  openCheckpoint,
  originOf,
  Problem,
  Sealer,
  signCheckpoint,
  streamOf,
  uuidV5,
  type Checkpoint,
  type CheckpointKey,
  type EventStore,
  type Keyring,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import { hashesOf, treeSizeOf } from '../proofs/read-hashes.ts';
import type { AnchorDirectory } from './anchor.ts';

export interface PublishingOptions {
  readonly source: SqlSource;
  readonly eventStore: Pick<EventStore, 'append' | 'head'>;
  readonly keyring: Keyring;
  readonly key: CheckpointKey;
  /** Where notes are kept outside of the stores, if anywhere. */
  readonly anchors: AnchorDirectory | undefined;
}

export type Published =
  | { readonly status: 'published'; readonly size: number }
  /** Somebody else has published it a moment ago, or what was signed has not been projected again yet. */
  | { readonly status: 'waiting' }
  /** The record is not the one that was signed before: nothing more is signed for it until somebody has looked. */
  | { readonly status: 'contradicted'; readonly how: string };

const idRows = z.array(z.object({ organizationId: z.string() }));

/** Organizations with events, other than checkpoints, that no published checkpoint covers. */
export async function dueTrees(source: SqlSource): Promise<string[]> {
  const { rows } = await source.query(
    `SELECT organization_id AS "organizationId" FROM record.tree
     WHERE active_size > published_size AND organization_id <> '00000000-0000-0000-0000-000000000000'
     ORDER BY organization_id`,
  );
  return idRows.parse(rows).map(({ organizationId }) => organizationId);
}

/** Several who publish the same size publish the same event: its id and its note follow from the tree. */
export async function publishTree(options: PublishingOptions, organizationId: string): Promise<Published> {
  const { source, key, anchors } = options;
  const size = await treeSizeOf(source, organizationId);
  const notes = [await newestPublished(source, organizationId), await anchors?.newest(organizationId)];
  for (const note of notes) {
    const earlier = note === undefined ? undefined : openCheckpoint(note, key);
    if (earlier === undefined) continue; // none, or signed by a key that was replaced since
    const refusal = await contradiction(options, organizationId, earlier, size);
    if (refusal !== undefined) return refusal;
  }
  const [root = new Uint8Array()] = await hashesOf(source, organizationId, [{ from: 0, to: size }]);
  const note = signCheckpoint({ origin: originOf(key, organizationId), size, root }, key);
  await anchors?.write(organizationId, size, note, new Date().toISOString());
  await append(options, organizationId, size, note);
  return { status: 'published', size };
}

const noteRows = z.array(z.object({ data: z.string() }));
const publishedData = z.object({ note: z.string() });

async function newestPublished(source: SqlSource, organizationId: string): Promise<string | undefined> {
  const { rows } = await source.query(
    `SELECT data FROM record.event WHERE organization_id = $1 AND type = 'CheckpointPublished'
     ORDER BY leaf_index DESC LIMIT 1`,
    [organizationId],
  );
  const [newest] = noteRows.parse(rows);
  return newest && publishedData.safeParse(JSON.parse(newest.data)).data?.note;
}

async function contradiction(
  options: PublishingOptions,
  organizationId: string,
  earlier: Checkpoint,
  size: number,
): Promise<Published | undefined> {
  const { source, eventStore } = options;
  if (earlier.size > size) {
    const head = (await eventStore.head()) ?? 0n;
    if ((await projectedUpTo(source)) < head) return { status: 'waiting' };
    const newest = await treeSizeOf(source, organizationId);
    if (earlier.size > newest)
      return { status: 'contradicted', how: `${earlier.size} events were signed, ${newest} are there` };
    return { status: 'waiting' };
  }
  const [root = new Uint8Array()] = await hashesOf(source, organizationId, [{ from: 0, to: earlier.size }]);
  if (Buffer.compare(root, earlier.root) === 0) return undefined;
  return { status: 'contradicted', how: `the first ${earlier.size} events are not those that were signed` };
}

const positionRow = z.object({ position: z.bigint() });

async function projectedUpTo(source: SqlSource): Promise<bigint> {
  const { rows } = await source.query('SELECT position FROM record.checkpoint');
  return positionRow.parse(rows[0]).position;
}

async function append(
  { eventStore, keyring }: PublishingOptions,
  organizationId: string,
  treeSize: number,
  note: string,
): Promise<void> {
  const id = uuidV5(organizationId, `checkpoint:${treeSize}`);
  const metadata = {
    organizationId,
    actorId: organizationId,
    commandId: id,
    correlationId: id,
    causationId: id,
    occurredAt: new Date().toISOString(),
    sessionId: null,
  };
  const event = { type: 'CheckpointPublished', data: { treeSize, note } } as const;
  const encoded = encodeEvent(event, id, metadata, new Sealer(keyring));
  const result = await eventStore.append(streamOf.audit(organizationId), [encoded], {
    expectedRevision: 'any',
  });
  if (result.status !== 'appended')
    throw new Problem('unavailable', { detail: 'A checkpoint could not be appended; the next round will.' });
}
