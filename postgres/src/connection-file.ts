import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PostgresFault } from './postgres-fault.ts';

const connectionSchema = z.strictObject({
  password: z.string().min(1),
  /** Kept from start to start, so that a connection string noted by somebody stays true. */
  port: z.number().int().min(1).max(65_535).optional(),
});

export type Connection = z.infer<typeof connectionSchema>;

const passwordBytes = 24;

/** What is needed to connect, or undefined when this folder has never held a cluster. */
export async function readConnection(directory: string): Promise<Connection | undefined> {
  const file = fileIn(directory);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return connectionSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PostgresFault(
      `${file} cannot be read: restore it from a copy, it holds the password of the database.`,
      {
        cause,
      },
    );
  }
}

export function newConnection(): Connection {
  return { password: randomBytes(passwordBytes).toString('base64url') };
}

/** Replaces the file at once or not at all. */
export async function writeConnection(directory: string, connection: Connection): Promise<void> {
  const fresh = `${fileIn(directory)}.new`;
  const handle = await open(fresh, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(connection, undefined, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, fileIn(directory));
}

function fileIn(directory: string): string {
  return path.join(directory, 'connection.json');
}
