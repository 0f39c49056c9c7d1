import { Archive, type FileSum } from './archive.ts';
import { containerFault } from './container.ts';
import type { Fault } from './event-walk.ts';
import { manifestSchema, type Manifest } from './manifest.ts';
import { parseVerifierKey } from './verifier-key.ts';
import { walkEvents } from './walk-events.ts';

export interface ExportReport {
  /** What is wrong, the first wrong event first; none when the export is what it says. */
  readonly faults: readonly Fault[];
  readonly events: number;
  readonly treeSize: number;
  /** Checkpoints among the exported events that were held against the tree. */
  readonly checkpointsHeld: number;
  readonly keyName: string;
  /** The key came with the export: it proves that the file is whole, and not who made it. */
  readonly isKeyItsOwn: boolean;
}

export interface VerifyOptions {
  /** `<name>+<hash>+<base64>`, got from elsewhere than from the export. */
  readonly verifierKey?: string | undefined;
  /** Told after every batch of lines. */
  readonly onProgress?: (done: number, total: number) => void;
}

const maxManifestBytes = 64 * 1024 * 1024;
const manifestName = 'manifest.json';

/**
 * Verifies an export off line, with nothing but the file and the public key: that it is to the byte what was signed,
 * that every event hashes to its leaf and the leaves to the signed root, that the words shown are the words sealed, and
 * that files and counts are those of the manifest. Memory stays flat at any size.
 * @throws Error when the file is no export at all, or the key no key.
 */
export async function verifyExport(file: string, options: VerifyOptions = {}): Promise<ExportReport> {
  const archive = await Archive.open(file);
  try {
    const manifest = manifestSchema.parse(JSON.parse(await archive.text(manifestName, maxManifestBytes)));
    const key = parseVerifierKey(options.verifierKey ?? manifest.verifierKey);
    const { walk, faults: eventFaults, sums } = await walkEvents(archive, manifest, key, options.onProgress);
    const container = await containerFault(file, key);
    const faults = [
      ...eventFaults,
      ...(await fileFaults(archive, manifest, sums)),
      ...(container === undefined ? [] : [{ position: undefined, what: container }]),
    ];
    return {
      faults,
      events: walk.count,
      treeSize: walk.tree.size,
      checkpointsHeld: walk.checkpointsHeld,
      keyName: key.name,
      isKeyItsOwn: options.verifierKey === undefined,
    };
  } finally {
    archive.close();
  }
}

/** The files that an export is made of are those of its manifest, to the byte. */
async function fileFaults(archive: Archive, manifest: Manifest, read: readonly FileSum[]): Promise<Fault[]> {
  const sums = new Map(read.map((sum) => [sum.name, sum]));
  const faults: Fault[] = [];
  for (const { name, bytes, sha256 } of manifest.files) {
    const sum = sums.get(name) ?? (await sumOf(archive, name));
    if (sum?.sha256 === sha256 && sum.bytes === bytes) continue;
    faults.push({ position: undefined, what: `${name} is not the file that the manifest names` });
  }
  const named = new Set([manifestName, ...manifest.files.map(({ name }) => name)]);
  for (const name of archive.names)
    if (!named.has(name)) faults.push({ position: undefined, what: `${name} is not in the manifest` });
  return faults;
}

/** A file that cannot be unpacked has no sum. */
async function sumOf(archive: Archive, name: string): Promise<FileSum | undefined> {
  try {
    return await archive.sum(name);
  } catch {
    return undefined;
  }
}
