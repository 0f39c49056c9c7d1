import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { streamPrefixes, type EventStore } from '@verbatim/shared';
import { emptyRoot } from '@verbatim/shared/record-hash';
import { z } from 'zod';
import { openSignedCheckpoint, signersOf, type VerifierKey } from '../verify/verifier-key.ts';
import { readFaultOf } from './read-fault.ts';

/** A promise that was signed about the first `size` events of an organization, and where it was kept. */
export interface KeptNote {
  readonly organizationId: string;
  /** At least 1: of no events nothing can be promised. */
  readonly size: number;
  readonly root: Buffer;
  readonly where: string;
  readonly isAnchored: boolean;
}

/** A note that ought to be a promise of this key, and is none. */
export interface NoteFault {
  /** Of the event that published it; undefined for an anchor, or where the log cannot be read. */
  readonly position: string | undefined;
  readonly what: string;
}

/** Where a note was found. */
type Found = Pick<KeptNote, 'where' | 'isAnchored'> & Pick<NoteFault, 'position'>;

const auditPrefix = streamPrefixes.filter((prefix) => prefix.startsWith('audit'));
const publishedSchema = z.object({ note: z.string() });

/** All that was ever signed about the stores, as far as one key can say. */
export class FoundNotes {
  readonly kept: KeptNote[] = [];
  readonly faults: NoteFault[] = [];
  /** Notes that say that another key signed them: this one was replaced since, or somebody else put them there. */
  ofOtherKeys = 0;
  readonly #key: VerifierKey;

  constructor(key: VerifierKey) {
    this.#key = key;
  }

  /** The checkpoints that were appended to the log, as far as it can be read. */
  async addPublished(eventStore: EventStore): Promise<void> {
    try {
      for await (const { type, data, position } of eventStore.readAll({ streamPrefixes: auditPrefix })) {
        if (type !== 'CheckpointPublished') continue;
        const where = `published at position ${position}`;
        const note = publishedSchema.safeParse(data).data?.note ?? '';
        this.#add(note, { where, isAnchored: false, position: position.toString() });
      }
    } catch (error) {
      const what = `the published checkpoints cannot be read on: ${readFaultOf(error)}`;
      this.faults.push({ position: undefined, what });
    }
  }

  /** The checkpoints that were anchored outside of the stores. */
  async addAnchored(directory: string): Promise<void> {
    for (const name of await anchorsIn(directory)) {
      const note = await readFile(path.join(directory, anchorFolder, name), 'utf8');
      this.#add(note, { where: `anchored as ${name}`, isAnchored: true, position: undefined });
    }
  }

  #add(note: string, { where, isAnchored, position }: Found): void {
    const key = this.#key;
    const wrong = (what: string): void =>
      void this.faults.push({ position, what: `the checkpoint ${where} ${what}` });
    const checkpoint = openSignedCheckpoint(note, key);
    if (checkpoint === undefined) {
      const signers = signersOf(note);
      if (signers.length === 0) wrong('is no signed note');
      else if (signers.includes(`${key.name}+${key.keyHash.toString('hex')}`))
        wrong(`is not as ${key.name} signed it`);
      else this.ofOtherKeys += 1;
      return;
    }
    const { origin, size, root } = checkpoint;
    if (!origin.startsWith(`${key.name}/`)) wrong(`is of ${origin}, no organization of ${key.name}`);
    else if (size > 0)
      this.kept.push({ organizationId: origin.slice(key.name.length + 1), size, root, where, isAnchored });
    else if (!root.equals(emptyRoot)) wrong('is over no events, and has a root');
  }
}

const anchorFolder = 'checkpoints';

/** The notes kept in `directory/checkpoints`, as paths from there; none when there is no such folder. */
export async function anchorsIn(directory: string): Promise<string[]> {
  try {
    const names = await readdir(path.join(directory, anchorFolder), { recursive: true });
    return names.filter((name) => name.endsWith('.note')).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
