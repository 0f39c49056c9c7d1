import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { KeyScope } from './key-scope.ts';

const fileName = 'destroyed-keys.jsonl';

const destroyedKeySchema = z.object({
  organizationId: z.string(),
  scope: z.custom<KeyScope>((value) => typeof value === 'string'),
  as: z.enum(['erased', 'expired']),
  at: z.string(),
});
export type DestroyedKey = z.infer<typeof destroyedKeySchema>;

/**
 * The list of destroyed keys beside the anchored checkpoints, outside of every backup: a backup still holds the keys
 * that were destroyed after it, and restoring it applies this list. It is written before a key is destroyed, so it
 * never names too few.
 */
export class DestroyedKeyList {
  readonly #directory: string;

  /** @param directory `CHECKPOINT_ANCHOR_DIR`; made when it is missing */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Resolves once the lines are on the disk. */
  async add(keys: readonly DestroyedKey[]): Promise<void> {
    if (keys.length === 0) return;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    // A line that a crash cut short must not swallow the next.
    const lines = `\n${keys.map((key) => `${JSON.stringify(key)}\n`).join('')}`;
    const file = await open(path.join(this.#directory, fileName), 'a', 0o600);
    try {
      await file.appendFile(lines);
      await file.sync();
    } finally {
      await file.close();
    }
    const folder = await open(this.#directory, 'r');
    await folder.sync().finally(() => folder.close());
  }

  /** In the order in which they were destroyed, some perhaps twice. A line that a crash cut short is passed over. */
  async *read(): AsyncGenerator<DestroyedKey> {
    const file = createReadStream(path.join(this.#directory, fileName), 'utf8');
    try {
      for await (const line of createInterface({ input: file, crlfDelay: Infinity })) {
        const key = parse(line);
        if (key !== undefined) yield key;
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

function parse(line: string): DestroyedKey | undefined {
  try {
    return destroyedKeySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
