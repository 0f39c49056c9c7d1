import {
  message as messageFolding,
  type Keyring,
  type MessageState,
  type MessageTrailView,
  type ProvenEntryView,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';
import type { ReadSources } from '../../sources/read-sources.ts';
import type { TreeSigner } from '../checkpoints/tree-signer.ts';
import { isMessageEvent } from '../past/messages-then.ts';
import { proveInclusion } from '../proofs/prove.ts';
import { treeSizeOf } from '../proofs/read-hashes.ts';
import { namesNow } from './names.ts';
import { entryView, openRows } from './open-entries.ts';
import { withStored } from './with-stored.ts';
import { recordColumns, recordRows, type RecordRow } from './record-row.ts';

interface MessageOf {
  readonly organizationId: string;
  readonly messageId: string;
}

/** More events than a message has, unless somebody wants to hide what comes after them: so they are paged. */
const pageEvents = 500;

/** Undefined when the organization has no such message. */
export async function roomOfMessage(
  source: SqlSource,
  organizationId: string,
  messageId: string,
): Promise<string | undefined> {
  const { rows } = await source.query(
    `SELECT room_id AS "roomId" FROM record.event
     WHERE organization_id = $1 AND entity_id = $2 AND entity_type = 'message' AND room_id IS NOT NULL
     ORDER BY leaf_index LIMIT 1`,
    [organizationId, messageId],
  );
  return rows[0] === undefined ? undefined : z.object({ roomId: z.string() }).parse(rows[0]).roomId;
}

/**
 * Everything that ever happened to a message, as a bundle that proves itself: each entry with what is stored, the key
 * that opens its words, its place in the tree, and the signed root that this leads to.
 */
export async function messageTrail(
  { record, directory }: Pick<ReadSources, 'record' | 'directory'>,
  keyring: Keyring,
  signer: TreeSigner,
  { organizationId, messageId }: MessageOf,
  cursor: bigint | undefined,
): Promise<MessageTrailView | undefined> {
  const treeSize = await treeSizeOf(record, organizationId);
  const first = cursor ?? 0n;
  const found = await rowsOf(record, { organizationId, messageId }, first, BigInt(treeSize));
  const rows = found.slice(0, pageEvents);
  if (rows.length === 0) return undefined;
  const opened = await openRows(rows, keyring);
  const names = await namesNow(
    directory,
    organizationId,
    rows.map(({ actorId }) => actorId),
  );
  const proofs = await proveInclusion(
    record,
    organizationId,
    rows.map(({ leafIndex }) => Number(leafIndex)),
    treeSize,
  );
  const items: ProvenEntryView[] = [];
  let state = await stateBefore(record, keyring, { organizationId, messageId }, first);
  for (const [index, row] of opened.entries()) {
    const inclusion = proofs[index];
    if (inclusion === undefined) throw new Error('a proof is missing');
    const prior = state;
    if (row.event !== undefined && isMessageEvent(row.event)) state = messageFolding.evolve(state, row.event);
    items.push({
      ...withStored(row, entryView(row, names), keyring),
      priorState: asJson(prior),
      resultingState: asJson(state),
      inclusion,
    });
  }
  const checkpoint = await signer.mustSign(record, organizationId, treeSize);
  const nextCursor = found[pageEvents]?.leafIndex.toString() ?? null;
  return { items, nextCursor, checkpoint, verifierKey: signer.verifierKey };
}

/** From a leaf up to another, a page and one more. */
const rowsOf = (
  record: SqlSource,
  { organizationId, messageId }: MessageOf,
  from: bigint,
  to: bigint,
): Promise<RecordRow[]> =>
  recordRows(
    record,
    `SELECT ${recordColumns} FROM record.event AS e
     WHERE e.organization_id = $1 AND e.entity_id = $2 AND e.entity_type = 'message'
       AND e.leaf_index >= $3 AND e.leaf_index < $4
     ORDER BY e.leaf_index LIMIT $5`,
    [organizationId, messageId, from, to, pageEvents + 1],
  );

/** The message as the page begins. */
async function stateBefore(
  record: SqlSource,
  keyring: Keyring,
  message: MessageOf,
  end: bigint,
): Promise<MessageState> {
  let state: MessageState = messageFolding.initial;
  for (let from = 0n; from < end;) {
    const rows = await rowsOf(record, message, from, end);
    const last = rows.at(-1);
    if (last === undefined) break;
    for (const { event } of await openRows(rows, keyring))
      if (event !== undefined && isMessageEvent(event)) state = messageFolding.evolve(state, event);
    from = last.leafIndex + 1n;
  }
  return state;
}

/** Sets and maps as JSON writes them. */
const asJson = (state: MessageState): unknown =>
  state.status === 'none'
    ? null
    : {
        ...state,
        reactions: [...state.reactions].map(([emoji, userIds]) => ({ emoji, userIds: [...userIds] })),
      };
