import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync, ftruncateSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartFault } from '../start-fault.ts';

/** What an instance leaves running ends by itself within this time after it was killed or told to stop. */
const lastInstanceEndsWithinMs = 15_000;
/** An instance that runs on is refused after this; one that was just told to stop has said so by then. */
const patienceMs = 2_000;
const pollMs = 100;

/** The right to use a data directory, held until the processes that inherit `descriptor` have ended too. */
export interface InstanceLock {
  readonly descriptor: number;
  /** Tells a start that waits for the lock that it is worth waiting. */
  announceStop(): void;
  release(): void;
}

/**
 * Takes the data directory for this instance alone; a second one is refused.
 *
 * The kernel keeps the lock (flock) and lets go of it when the last process that holds the descriptor has
 * ended, however it ended. Whatever an instance that was killed leaves behind therefore keeps the lock, and
 * is waited for; the number in the file only tells whether waiting makes sense.
 */
export async function lockDataDirectory(dataDirectory: string): Promise<InstanceLock> {
  const file = path.join(dataDirectory, 'instance.lock');
  const descriptor = openSync(file, 'a+', 0o600);
  const startedAt = performance.now();
  while (!(await tryLock(descriptor))) {
    const waitedMs = performance.now() - startedAt;
    const holder = Number.parseInt(readFileSync(file, 'utf8'), 10);
    if (waitedMs > lastInstanceEndsWithinMs || (waitedMs > patienceMs && isAlive(holder))) {
      closeSync(descriptor);
      throw new StartFault(
        `Verbatim is already running on ${dataDirectory}${numbered(holder)}: stop it first.`,
      );
    }
    await delay(pollMs);
  }
  ftruncateSync(descriptor);
  writeFileSync(descriptor, `${process.pid}\n`);
  return {
    descriptor,
    announceStop: () => ftruncateSync(descriptor),
    release: () => closeSync(descriptor),
  };
}

function numbered(holder: number): string {
  return Number.isNaN(holder) ? '' : ` (process ${holder})`;
}

/** util-linux' flock locks the open file that it shares with us, so the lock stays when it ends. */
async function tryLock(descriptor: number): Promise<boolean> {
  const flock = spawn('flock', ['--exclusive', '--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  try {
    const [code] = (await once(flock, 'close')) as [number | null];
    return code === 0;
  } catch (cause) {
    throw new StartFault('The program flock (package util-linux) is missing: install it.', { cause });
  }
}

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
