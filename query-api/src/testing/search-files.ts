import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { createPool } from '@verbatim/shared';
import { z } from 'zod';

const whereSchema = z.object({
  rows: z.array(z.object({ backend: z.number(), oid: z.string() })).length(1),
});

/** Every file beneath the directories that holds one of the words. */
export async function filesWith(
  words: readonly string[],
  directories: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const directory of directories)
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const bytes = await readFile(file).catch(() => Buffer.alloc(0)); // removed since it was listed
      for (const word of words) if (bytes.includes(word)) found.push(`${file}: ${word}`);
    }
  return found;
}

/** What Postgres keeps of one database, and of what it does for all of them together. */
export async function directoriesOfDatabase(url: string): Promise<readonly string[]> {
  const database = createPool(url, { applicationName: 'test' });
  try {
    await database.raw('CHECKPOINT'); // what is in memory only is on the disk then
    const { rows } = whereSchema.parse(
      await database.raw(
        `SELECT pg_backend_pid() AS backend, oid::text FROM pg_database WHERE datname = current_database()`,
      ),
    );
    const found: string[] = [];
    for (const { backend, oid } of rows) {
      // Postgres works in its data directory; the setting may name it in a way that only Postgres can follow.
      const directory = await readlink(`/proc/${backend}/cwd`);
      for (const part of [
        `base/${oid}`,
        'global',
        'pg_wal',
        'pg_stat',
        'pg_stat_tmp',
        'pg_xact',
        'pg_logical',
      ])
        found.push(path.join(directory, part));
    }
    return found;
  } finally {
    await database.destroy();
  }
}
