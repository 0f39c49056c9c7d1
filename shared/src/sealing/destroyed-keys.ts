import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
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
    // Each line begins after an end of line of its own, so that none is swallowed by one that a crash cut short, and
    // only of a line that was cut short is the next not empty.
    const lines = keys.map((key) => `\n${JSON.stringify(key)}\n`).join('');
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

  /**
   * In the order in which they were destroyed, some perhaps twice; none when there is no list. A line that a crash cut
   * short is passed over: its key was not destroyed then.
   * @throws Error when any other line cannot be read: a key that it names must not come back.
   */
  async *read(): AsyncGenerator<DestroyedKey> {
    const file = path.join(this.#directory, fileName);
    let number = 0;
    let unread: number | undefined;
    const fault = (): Error => new Error(`line ${unread} of ${file} cannot be read`);
    for await (const line of linesOf(file)) {
      number += 1;
      if (line === '') {
        if (unread !== undefined) throw fault();
        continue;
      }
      const key = parse(line);
      unread = key === undefined ? number : undefined;
      if (key !== undefined) yield key;
      else if (line.includes('}')) throw fault(); // cut short, it would have lost its end
    }
  }
}

/** What is between the ends of lines; what follows the last of them comes too, though it be empty. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const piece of createReadStream(file, 'utf8') as AsyncIterable<string>) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  yield rest;
}

function parse(line: string): DestroyedKey | undefined {
  try {
    return destroyedKeySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
