import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { dataFileOf } from './data-file.ts';
import type { Tables } from './tables.ts';

const OWNER = 'owner';

const ownerSchema = z.object({ pid: z.number(), startedAt: z.string(), host: z.string(), file: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** Another process writes to this directory. */
export class StoreInUseError extends Error {
  override name = 'StoreInUseError';
}

/**
 * Takes the store for this process. LMDB would let several processes write; the log's head is kept in memory and belongs
 * to one. The entry is made inside a write transaction, so of two that start at once one loses.
 */
export function takeOwnership({ environment, facts }: Tables, directory: string): void {
  const file = identityOf(dataFileOf(directory));
  const self: Owner = { pid: process.pid, startedAt: startOf(process.pid) ?? '', host: hostname(), file };
  environment.transactionSync(() => {
    const owner = parseOwner(facts.get(OWNER));
    if (owner && isAlive(owner, file)) {
      throw new StoreInUseError(`${directory} is in use by process ${owner.pid}`);
    }
    facts.putSync(OWNER, JSON.stringify(self));
  });
}

/** Gives the store back. After a crash this is not needed: the owner is then seen to be dead. */
export function giveUpOwnership({ facts }: Tables): void {
  facts.putSync(OWNER, '');
}

function parseOwner(text: string | undefined): Owner | undefined {
  if (text === undefined || text === '') return undefined;
  const parsed = ownerSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

function isAlive({ pid, startedAt, host, file: owned }: Owner, file: string): boolean {
  if (host !== hostname() || owned !== file) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  const start = startOf(pid);
  return start === undefined || start === startedAt;
}

/** Tells a file from its copies, which carry the owner of the original with them. */
function identityOf(file: string): string {
  const { dev, ino } = statSync(file);
  return `${dev}:${ino}`;
}

/** When a process began, in the kernel's ticks since boot: tells it from a later one with the same number. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may itself hold spaces; after it, start time is the 20th field.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
