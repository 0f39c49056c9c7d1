import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { utcDay } from '@verbatim/shared';

/** Where checkpoints are kept beside the database and the event store, so that a restored old backup is noticed. */
export class AnchorDirectory {
  readonly #directory: string;

  /** @param directory `CHECKPOINT_ANCHOR_DIR`; made when it is missing */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Resolves once the note is on the disk, as a file of its own; writing it again changes nothing. */
  async write(organizationId: string, size: number, note: string, at: string): Promise<void> {
    const folder = path.join(this.#directory, 'checkpoints', organizationId, utcDay(at));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = path.join(folder, `${String(size).padStart(16, '0')}.note`);
    const handle = await open(`${file}.new`, 'w', 0o600);
    try {
      await handle.writeFile(note);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
    const parent = await open(folder, 'r');
    await parent.sync().finally(() => parent.close());
  }

  /** The note that was written last; undefined when there is none. */
  async newest(organizationId: string): Promise<string | undefined> {
    const root = path.join(this.#directory, 'checkpoints', organizationId);
    for (const day of (await namesIn(root)).toReversed()) {
      const note = (await namesIn(path.join(root, day))).findLast((name) => name.endsWith('.note'));
      if (note !== undefined) return readFile(path.join(root, day, note), 'utf8');
    }
    return undefined;
  }
}

/** In order; days and padded sizes sort as they follow each other. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
