import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const urlsSchema = z.object({ origin: z.string(), eventStore: z.string(), database: z.string() });
const instanceSchema = urlsSchema.extend({
  pid: z.number().int().positive(),
  /** Tells the process from a later one of the same number. */
  processStart: z.string(),
});

/** Where the parts of a running instance are reached; the connection strings carry all rights. */
export type InstanceUrls = z.infer<typeof urlsSchema>;

/** Notes in the data directory that this process runs an instance on it. */
export async function announceInstance(dataDirectory: string, urls: InstanceUrls): Promise<void> {
  const instance = { ...urls, pid: process.pid, processStart: await processStartOf(process.pid) };
  const file = fileIn(dataDirectory);
  await writeFile(`${file}.new`, `${JSON.stringify(instance)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function withdrawInstance(dataDirectory: string): Promise<void> {
  await rm(fileIn(dataDirectory), { force: true });
}

/** The instance that runs on a data directory, or undefined when none does: one that was killed left its note. */
export async function findInstance(dataDirectory: string): Promise<InstanceUrls | undefined> {
  const text = await readFile(fileIn(dataDirectory), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const { pid, processStart, ...urls } = instanceSchema.parse(JSON.parse(text));
  return (await processStartOf(pid)) === processStart ? urls : undefined;
}

/** When a process started, in the kernel's own words; empty when there is none of this number. */
async function processStartOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return isAlive(pid) ? 'running' : '';
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The program's name stands in parentheses and may hold anything; the 22nd field counts from after it.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return fields[19] ?? '';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function fileIn(dataDirectory: string): string {
  return path.join(dataDirectory, 'instance.json');
}
