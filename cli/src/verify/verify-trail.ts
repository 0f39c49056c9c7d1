import { z } from 'zod';
import type { Fault } from './event-walk.ts';
import { checkedLeafHash, exportLineSchema, WrongEvent } from './export-line.ts';
import { rootOver } from './inclusion.ts';
import { openSignedCheckpoint, parseVerifierKey } from './verifier-key.ts';

const inclusionSchema = z.object({
  leafIndex: z.int().min(0),
  treeSize: z.int().min(1),
  hashes: z.array(z.base64().length(44)).max(64),
});

/** What `GET /audit/messages/{id}/trail` answers. */
const trailSchema = z.object({
  items: z.array(exportLineSchema.extend({ inclusion: inclusionSchema })).min(1),
  checkpoint: z.string(),
  verifierKey: z.string(),
});

export interface TrailReport {
  readonly faults: readonly Fault[];
  readonly events: number;
  readonly treeSize: number;
  readonly keyName: string;
  readonly isKeyItsOwn: boolean;
}

/**
 * Verifies the trail of one message off line: each event hashes to its leaf, each leaf leads to the signed root, and the
 * words shown are those that were sealed.
 * @throws Error when it is no trail, or the key no key.
 */
export function verifyTrail(text: string, verifierKey: string | undefined): TrailReport {
  const pages = text.split('\n').filter((line) => line.trim() !== '');
  if (pages.length === 0) throw new Error('the file is empty');
  const reports = pages.map((page) => verifyPage(page, verifierKey));
  const [first, ...others] = reports as [TrailReport, ...TrailReport[]]; // at least one
  return {
    ...first,
    faults: reports.flatMap(({ faults }) => faults),
    events: reports.reduce((sum, { events }) => sum + events, 0),
    treeSize: Math.max(first.treeSize, ...others.map(({ treeSize }) => treeSize)),
  };
}

function verifyPage(text: string, verifierKey: string | undefined): TrailReport {
  const trail = trailSchema.parse(JSON.parse(text));
  const key = parseVerifierKey(verifierKey ?? trail.verifierKey);
  const checkpoint = openSignedCheckpoint(trail.checkpoint, key);
  const faults: Fault[] = [];
  if (checkpoint === undefined)
    faults.push({ position: undefined, what: `the checkpoint is not signed by ${key.name}` });
  for (const item of trail.items) {
    try {
      if (checkpoint?.origin !== `${key.name}/${item.organization}`)
        throw new WrongEvent('it is of another organization than the checkpoint');
      const { leafIndex, treeSize, hashes } = item.inclusion;
      if (leafIndex !== item.leafIndex || treeSize !== checkpoint.size)
        throw new WrongEvent('its proof is of another place or tree');
      const siblings = hashes.map((hash) => Buffer.from(hash, 'base64'));
      const root = rootOver(checkedLeafHash(item), { leafIndex, treeSize, hashes: siblings });
      if (root === undefined || !root.equals(checkpoint.root))
        throw new WrongEvent('its proof does not lead to the signed root');
    } catch (error) {
      if (!(error instanceof WrongEvent)) throw error;
      faults.push({ position: item.position, what: error.message });
    }
  }
  return {
    faults,
    events: trail.items.length,
    treeSize: checkpoint?.size ?? 0,
    keyName: key.name,
    isKeyItsOwn: verifierKey === undefined,
  };
}
