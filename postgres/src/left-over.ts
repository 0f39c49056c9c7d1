import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PostgresFault } from './postgres-fault.ts';

/** How long what an earlier start left running may take to end. */
const leftOverEndsWithinMs = 20_000;
const pollMs = 50;

/** Marks our postmaster in the list of processes, so that one somebody else started there is never stopped. */
export const clusterName = 'verbatim-embedded';

/**
 * Sees to it that no server works on the cluster any more.
 *
 * After a start that was killed, a postmaster may live on without its parent, or its servers without their
 * postmaster. Ours is told to shut down; anything else is left alone and refused. `postmaster.pid` is removed
 * in one case only: nothing at all works in the cluster, and the process it names is a stranger that got the
 * number later, which Postgres itself cannot tell.
 */
export async function settleLeftOver(cluster: string): Promise<void> {
  const postmaster = await readPostmasterPid(cluster);
  if (process.platform !== 'linux') {
    // Without /proc nothing can be proved about the process: Postgres' own check of its lock decides.
    return;
  }
  if (postmaster !== undefined && (await worksIn(cluster, postmaster))) await shutDown(cluster, postmaster);
  const remaining = await waitUntilEmpty(cluster);
  if (remaining.length > 0) {
    throw new PostgresFault(
      `Processes of an earlier start still work on the database in ${cluster} (${remaining.join(', ')}): wait for them to end, or end them.`,
    );
  }
  if (postmaster !== undefined && isAlive(postmaster))
    await rm(path.join(cluster, 'postmaster.pid'), { force: true });
}

async function shutDown(cluster: string, postmaster: number): Promise<void> {
  const commandLine = await readFile(`/proc/${postmaster}/cmdline`, 'utf8').catch(() => '');
  if (commandLine !== '' && !commandLine.includes(`cluster_name=${clusterName}`)) {
    throw new PostgresFault(
      `A PostgreSQL that we did not start (process ${postmaster}) is running on the database in ${cluster}: stop it first.`,
    );
  }
  try {
    process.kill(postmaster, 'SIGINT');
  } catch (error) {
    if (!isNoSuchProcess(error)) throw error;
  }
}

async function waitUntilEmpty(cluster: string): Promise<number[]> {
  const deadline = performance.now() + leftOverEndsWithinMs;
  for (;;) {
    const remaining = await processesIn(cluster);
    if (remaining.length === 0 || performance.now() > deadline) return remaining;
    await delay(pollMs);
  }
}

/** Every process of a server has its cluster's folder as its working directory. */
async function processesIn(cluster: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const inside = await Promise.all(pids.map(async (pid) => ((await worksIn(cluster, pid)) ? [pid] : [])));
  return inside.flat();
}

async function worksIn(cluster: string, pid: number): Promise<boolean> {
  // Either may fail: the process has ended meanwhile, or is another user's.
  const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  if (command.trim() !== 'postgres') return false;
  const folder = await stat(`/proc/${pid}/cwd`).catch(() => undefined);
  const home = await stat(cluster);
  return folder?.dev === home.dev && folder.ino === home.ino;
}

async function readPostmasterPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isNoSuchProcess(error);
  }
}

function isNoSuchProcess(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ESRCH';
}
