import type { Archive, FileSum } from './archive.ts';
import { EventWalk, type Fault, type Gap } from './event-walk.ts';
import { WrongEvent } from './export-line.ts';
import { LineChecker } from './line-checker.ts';
import { lineBlocks, linesIn } from './lines.ts';
import { proofLineSchema, type Manifest } from './manifest.ts';
import { openSignedCheckpoint, type VerifierKey } from './verifier-key.ts';

export interface WalkResult {
  readonly walk: EventWalk;
  readonly faults: readonly Fault[];
  /** Of the files that were read to their end. */
  readonly sums: readonly FileSum[];
}

/** Rebuilds the signed root from the exported events; stops at the first that is wrong. */
export async function walkEvents(
  archive: Archive,
  manifest: Manifest,
  key: VerifierKey,
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<WalkResult> {
  const sums: FileSum[] = [];
  const gaps = gapsOf(archive, (sum) => sums.push(sum));
  const walk = new EventWalk(key, async () => (await gaps.next()).value);
  const fault = await firstFault(archive, manifest, key, walk, (sum) => sums.push(sum), onProgress);
  return { walk, faults: fault === undefined ? countFaults(walk, manifest) : [fault], sums };
}

async function firstFault(
  archive: Archive,
  manifest: Manifest,
  key: VerifierKey,
  walk: EventWalk,
  onEnd: (sum: FileSum) => void,
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<Fault | undefined> {
  const checker = new LineChecker(manifest.counts.events);
  try {
    for await (const lines of checker.check(lineBlocks(archive.read('events.jsonl', onEnd)))) {
      for (const line of lines) {
        const fault = await walk.take(line);
        if (fault !== undefined) return fault;
      }
      onProgress?.(walk.count, manifest.counts.events);
    }
    return await rootFault(manifest, key, walk);
  } catch (error) {
    if (error instanceof WrongEvent) return { position: undefined, what: error.message };
    return { position: `after ${walk.lastPosition}`, what: `the export cannot be read on: ${String(error)}` };
  } finally {
    await checker.close();
  }
}

async function rootFault(manifest: Manifest, key: VerifierKey, walk: EventWalk): Promise<Fault | undefined> {
  const checkpoint = openSignedCheckpoint(manifest.checkpoint, key);
  if (checkpoint === undefined)
    return { position: undefined, what: `the checkpoint is not signed by ${key.name}` };
  if (checkpoint.origin !== `${key.name}/${manifest.organization.id}`)
    return { position: undefined, what: `the checkpoint is of ${checkpoint.origin}, another organization` };
  await walk.skipTo(checkpoint.size);
  if (checkpoint.size === walk.tree.size && checkpoint.root.equals(walk.tree.root())) return undefined;
  const since = walk.soundUntil === undefined ? '' : `; up to ${walk.soundUntil} they are`;
  return {
    position: walk.soundUntil === undefined ? undefined : `after ${walk.soundUntil}`,
    what: `the events are not those that the checkpoint over ${checkpoint.size} was signed for${since}`,
  };
}

function countFaults(walk: EventWalk, { counts }: Manifest): Fault[] {
  const isSame =
    walk.count === counts.events &&
    isSameCount(walk.types, counts.types) &&
    isSameCount(walk.rooms, counts.rooms);
  return isSame
    ? []
    : [{ position: undefined, what: 'the counts of the manifest are not those of the events' }];
}

function isSameCount(counted: ReadonlyMap<string, number>, told: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(told);
  return names.length === counted.size && names.every((name) => counted.get(name) === told[name]);
}

async function* gapsOf(archive: Archive, onEnd: (sum: FileSum) => void): AsyncGenerator<Gap, undefined> {
  for await (const block of lineBlocks(archive.read('proofs.jsonl', onEnd)))
    for (const line of linesIn(block)) {
      const { level, index, hash } = proofLineSchema.parse(JSON.parse(line));
      yield { level, index, hash: Buffer.from(hash, 'base64') };
    }
  return undefined;
}
