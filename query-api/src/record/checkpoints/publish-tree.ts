import {
  encodeEvent,
  Problem,
  Sealer,
  streamOf,
  uuidV5,
  type EventStore,
  type Keyring,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import { treeSizeOf } from '../proofs/read-hashes.ts';
import type { AnchorDirectory } from './anchor.ts';
import type { Signed, TreeSigner } from './tree-signer.ts';

export interface PublishingOptions {
  readonly source: SqlSource;
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly keyring: Keyring;
  readonly signer: TreeSigner;
  /** Where notes are kept outside of the stores, if anywhere. */
  readonly anchors: AnchorDirectory | undefined;
}

export type Published =
  { readonly status: 'published'; readonly size: number } | Exclude<Signed, { status: 'signed' }>;

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
  const { source, signer, anchors } = options;
  const size = await treeSizeOf(source, organizationId);
  const signed = await signer.sign(source, organizationId, size);
  if (signed.status !== 'signed') return signed;
  await anchors?.write(organizationId, size, signed.note, new Date().toISOString());
  await append(options, organizationId, size, signed.note);
  return { status: 'published', size };
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
