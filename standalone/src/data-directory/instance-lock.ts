import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync, ftruncateSync } from 'node:fs';
import path from 'node:path';
import { StartFault } from '../start-fault.ts';

/** What the last instance left running ends by itself within this time after its supervisor was killed. */
const lastInstanceEndsWithinSeconds = 15;

/** The right to use a data directory, held until the processes that inherit `descriptor` have ended too. */
export interface InstanceLock {
  readonly descriptor: number;
  release(): void;
}

/**
 * Takes the data directory for this instance alone; a second one is refused.
 *
 * The kernel keeps the lock (flock) and lets go of it when the last process that holds the descriptor has
 * ended, however it ended. Whatever an instance that was killed leaves behind therefore keeps the lock, and
 * is waited for; nobody has to judge from numbers in a file whether another process is alive.
 */
export async function lockDataDirectory(dataDirectory: string): Promise<InstanceLock> {
  const file = path.join(dataDirectory, 'instance.lock');
  const descriptor = openSync(file, 'a+', 0o600);
  if (!(await tryLock(descriptor, 0))) {
    const holder = Number.parseInt(readFileSync(file, 'utf8'), 10);
    if (isAlive(holder) || !(await tryLock(descriptor, lastInstanceEndsWithinSeconds))) {
      closeSync(descriptor);
      throw new StartFault(
        `Verbatim is already running on ${dataDirectory} (process ${holder}): stop it first.`,
      );
    }
  }
  ftruncateSync(descriptor);
  writeFileSync(descriptor, `${process.pid}\n`);
  return { descriptor, release: () => closeSync(descriptor) };
}

/** util-linux' flock locks the open file that it shares with us, so the lock stays when it ends. */
async function tryLock(descriptor: number, withinSeconds: number): Promise<boolean> {
  const flock = spawn('flock', ['--exclusive', '--timeout', String(withinSeconds), '3'], {
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
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
