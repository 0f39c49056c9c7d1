import { z } from 'zod';
import type { Fault } from './event-walk.ts';
import { checkedLeafHash, checkGone, exportLineSchema, WrongEvent } from './export-line.ts';
import { rootOver } from './inclusion.ts';
import { TrailWalk } from './trail-walk.ts';
import {
  openSignedCheckpoint,
  parseVerifierKey,
  type SignedCheckpoint,
  type VerifierKey,
} from './verifier-key.ts';

const inclusionSchema = z.object({
  leafIndex: z.int().min(0),
  treeSize: z.int().min(1),
  hashes: z.array(z.base64().length(44)).max(64),
});
const itemSchema = exportLineSchema.extend({
  priorState: z.unknown().optional(),
  resultingState: z.unknown().optional(),
  inclusion: inclusionSchema,
});
type TrailItem = z.infer<typeof itemSchema>;

/** What `GET /audit/messages/{id}/trail` answers. */
const trailSchema = z.object({
  items: z.array(itemSchema).min(1),
  nextCursor: z.string().nullable(),
  checkpoint: z.string(),
  verifierKey: z.string(),
});
type Page = z.infer<typeof trailSchema>;

export interface TrailReport {
  readonly faults: readonly Fault[];
  /** The message's stream, `message-<id>`. */
  readonly stream: string;
  readonly events: number;
  /** Events whose words are told to be erased or expired, which nothing in the trail can prove. */
  readonly wordsGone: number;
  /** Of the largest signed tree. */
  readonly treeSize: number;
  readonly keyName: string;
  readonly isKeyItsOwn: boolean;
}

/**
 * Verifies the trail of one message off line, over all its pages: each event hashes to its leaf, each leaf leads to
 * the signed root, no event is missing before the last one shown, the words shown are those that were sealed, and the
 * message before and after each event is what follows from them. Names, addresses, actions and positions are only told.
 * @throws Error when it is no trail, or the key no key.
 */
export function verifyTrail(text: string, verifierKey: string | undefined): TrailReport {
  const pages = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => trailSchema.parse(JSON.parse(line)));
  const [first] = pages;
  if (first === undefined) throw new Error('the file is empty');
  const key = parseVerifierKey(verifierKey ?? first.verifierKey);
  const walk = new TrailWalk();
  const faults: Fault[] = [];
  let treeSize = 0;
  for (const page of pages) {
    const checkpoint = openSignedCheckpoint(page.checkpoint, key);
    if (checkpoint === undefined)
      faults.push({ position: undefined, what: `the checkpoint is not signed by ${key.name}` });
    treeSize = Math.max(treeSize, checkpoint?.size ?? 0);
    faults.push(...pageFaults(page, key, checkpoint, walk));
  }
  if (pages.at(-1)?.nextCursor !== null)
    faults.push({ position: undefined, what: 'the last page says itself that another one follows' });
  const items = pages.flatMap((page) => page.items);
  return {
    faults,
    stream: walk.stream ?? '',
    events: items.length,
    wordsGone: items.filter(isGone).length,
    treeSize,
    keyName: key.name,
    isKeyItsOwn: verifierKey === undefined,
  };
}

function pageFaults(
  { items }: Page,
  key: VerifierKey,
  checkpoint: SignedCheckpoint | undefined,
  walk: TrailWalk,
): Fault[] {
  const contentKeys = new Set(items.flatMap(({ contentKey }) => contentKey ?? []));
  const faults: Fault[] = [];
  for (const [index, item] of items.entries()) {
    try {
      if (index === 0) walk.startPage(item);
      walk.take(item);
      checkProof(item, key, checkpoint);
      // All versions of a message have one key, and a page is opened in one go.
      for (const contentKey of contentKeys) if (isGone(item)) checkGone(item, contentKey);
    } catch (error) {
      if (!(error instanceof WrongEvent)) throw error;
      faults.push({ position: item.position, what: error.message });
    }
  }
  return faults;
}

/** @throws WrongEvent when it is not in the tree that was signed. */
function checkProof(item: TrailItem, key: VerifierKey, checkpoint: SignedCheckpoint | undefined): void {
  if (checkpoint?.origin !== `${key.name}/${item.organization}`)
    throw new WrongEvent('it is of another organization than the checkpoint');
  const { leafIndex, treeSize, hashes } = item.inclusion;
  if (leafIndex !== item.leafIndex || treeSize !== checkpoint.size)
    throw new WrongEvent('its proof is of another place or tree');
  const siblings = hashes.map((hash) => Buffer.from(hash, 'base64'));
  const root = rootOver(checkedLeafHash(item), { leafIndex, treeSize, hashes: siblings });
  if (root === undefined || !root.equals(checkpoint.root))
    throw new WrongEvent('its proof does not lead to the signed root');
}

const isGone = ({ content }: TrailItem): boolean => content === 'erased' || content === 'expired';
