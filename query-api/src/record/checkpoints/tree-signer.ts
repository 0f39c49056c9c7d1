import {
  consistencyRanges,
  isConsistent,
  openCheckpoint,
  originOf,
  Problem,
  signCheckpoint,
  type Checkpoint,
  type CheckpointKey,
  type EventStore,
  type SqlSource,
} from '@verbatim/shared';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { hashesOf, treeSizeOf } from '../proofs/read-hashes.ts';
import type { AnchorDirectory } from './anchor.ts';

export interface TreeSignerOptions {
  readonly key: CheckpointKey;
  readonly eventStore: Pick<EventStore, 'head'>;
  /** Where notes are kept outside of the stores, if anywhere. */
  readonly anchors: AnchorDirectory | undefined;
}

export type Signed =
  | { readonly status: 'signed'; readonly note: string }
  /** What was signed before has not been projected again yet. */
  | { readonly status: 'waiting' }
  /** The record is not the one that was signed before: nothing is signed for it until somebody has looked. */
  | { readonly status: 'contradicted'; readonly how: string };

type Tree = Pick<Checkpoint, 'size' | 'root'>;

interface Held {
  /** The largest that agreed with every note. */
  readonly tree: Tree;
  readonly notesReadAtMs: number;
}

const maxHeldTrees = 10_000;
/** Notes that other copies of the service wrote meanwhile are not known before; this one's own trees always are. */
const readNotesAgainAfterMs = 5_000;

/**
 * Signs trees, and none that contradicts one that was signed before: the last that was published, the last that was
 * anchored, and the largest that this process has signed or seen.
 */
export class TreeSigner {
  readonly #options: TreeSignerOptions;
  readonly #held = new LRUCache<string, Held>({ max: maxHeldTrees });

  constructor(options: TreeSignerOptions) {
    this.#options = options;
  }

  get verifierKey(): string {
    return this.#options.key.verifierKey;
  }

  /** The signed note over the first `size` events of an organization; the same size gives the same note. */
  async sign(source: SqlSource, organizationId: string, size: number): Promise<Signed> {
    const { key } = this.#options;
    const [root = new Uint8Array()] = await hashesOf(source, organizationId, [{ from: 0, to: size }]);
    const asked: Tree = { size, root };
    const held = this.#held.get(organizationId);
    const isKnown = held !== undefined && performance.now() - held.notesReadAtMs < readNotesAgainAfterMs;
    const notesReadAtMs = isKnown ? held.notesReadAtMs : performance.now();
    const earlier = isKnown ? [] : await this.#notes(source, organizationId);
    if (held !== undefined) earlier.push(held.tree);

    const refusal = await this.#refusal(source, organizationId, asked, earlier);
    if (refusal !== undefined) return refusal;
    const now = this.#held.get(organizationId)?.tree ?? asked;
    const tree = [asked, ...earlier].reduce((one, other) => (other.size > one.size ? other : one), now);
    this.#held.set(organizationId, { tree, notesReadAtMs });
    return {
      status: 'signed',
      note: signCheckpoint({ origin: originOf(key, organizationId), ...asked }, key),
    };
  }

  /** As `sign`. @throws Problem `unavailable` that says why nothing is signed. */
  async mustSign(source: SqlSource, organizationId: string, size: number): Promise<string> {
    const signed = await this.sign(source, organizationId, size);
    if (signed.status === 'signed') return signed.note;
    const detail =
      signed.status === 'waiting'
        ? 'The record is being projected again. Nothing is signed before it has what was signed already.'
        : `The record contradicts a signed checkpoint: ${signed.how}. Nothing is signed until somebody has looked.`;
    throw new Problem('unavailable', { detail });
  }

  /** The last that was published and the last that was anchored, of those that this key signed. */
  async #notes(source: SqlSource, organizationId: string): Promise<Tree[]> {
    const { key, anchors } = this.#options;
    const notes = [await newestPublished(source, organizationId), await anchors?.newest(organizationId)];
    return notes.flatMap((note) => (note === undefined ? [] : (openCheckpoint(note, key) ?? [])));
  }

  async #refusal(
    source: SqlSource,
    organizationId: string,
    asked: Tree,
    earlier: readonly Tree[],
  ): Promise<Exclude<Signed, { status: 'signed' }> | undefined> {
    // Each is the beginning of the next. Equal roots alone would not do: of a tree they show nothing but its top.
    const chain = [asked, ...earlier].sort((one, other) => one.size - other.size);
    const largest = chain.at(-1)?.size ?? 0;
    if (largest > asked.size && largest > (await treeSizeOf(source, organizationId)))
      return this.#shorter(source, organizationId, largest);
    for (const [index, later] of chain.entries()) {
      const before = chain[index - 1];
      if (before === undefined || (await isBeginning(source, organizationId, before, later))) continue;
      const { size } = before === asked ? later : before;
      return { status: 'contradicted', how: `the first ${size} events are not those that were signed` };
    }
    return undefined;
  }

  /** More was signed than is there: of a record that is projected again it may still come. */
  async #shorter(
    source: SqlSource,
    organizationId: string,
    signed: number,
  ): Promise<Exclude<Signed, { status: 'signed' }>> {
    const head = (await this.#options.eventStore.head()) ?? 0n;
    if ((await projectedUpTo(source)) < head) return { status: 'waiting' };
    const newest = await treeSizeOf(source, organizationId);
    if (signed <= newest) return { status: 'waiting' };
    return { status: 'contradicted', how: `${signed} events were signed, ${newest} are there` };
  }
}

async function isBeginning(
  source: SqlSource,
  organizationId: string,
  before: Tree,
  later: Tree,
): Promise<boolean> {
  const [from, to] = [before.size, later.size];
  const hashes = await hashesOf(source, organizationId, consistencyRanges(from, to));
  return isConsistent({ from, to, fromRoot: before.root, toRoot: later.root, hashes });
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

const positionRow = z.object({ position: z.bigint() });

async function projectedUpTo(source: SqlSource): Promise<bigint> {
  const { rows } = await source.query('SELECT position FROM record.checkpoint');
  return positionRow.parse(rows[0]).position;
}
