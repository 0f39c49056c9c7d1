import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartFault } from '../start-fault.ts';
import { type InstanceLock, lockDataDirectory } from './instance-lock.ts';

let directory: string;
const locks: InstanceLock[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-lock-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const lock of locks.splice(0)) lock.release();
  await rm(directory, { recursive: true });
});

async function take(): Promise<InstanceLock> {
  const lock = await lockDataDirectory(directory);
  locks.push(lock);
  return lock;
}

/** A process of the instance, which inherits the lock. */
async function heir(lock: InstanceLock): Promise<ChildProcess> {
  const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', lock.descriptor] });
  children.push(child);
  await once(child, 'spawn');
  return child;
}

describe('the lock of a data directory', () => {
  it('keeps a second instance out, and tells which process holds it', async () => {
    await take();

    await expect(take()).rejects.toThrow(`already running on ${directory} (process ${process.pid})`);
    await expect(take()).rejects.toBeInstanceOf(StartFault);
  });

  it('is free after it was released, whatever number stands in the file', async () => {
    (await take()).release();
    locks.length = 0;
    await writeFile(path.join(directory, 'instance.lock'), `${process.ppid}\n`);

    await expect(take()).resolves.toBeDefined();
  });

  it('is held until the last process of the instance has ended, and waited for when that is coming', async () => {
    const first = await take();
    const child = await heir(first);
    first.announceStop();
    first.release();
    locks.length = 0;

    const second = take();
    const ended = once(child, 'close');
    setImmediate(() => child.kill('SIGKILL'));
    await second;

    expect(child.signalCode ?? (await ended)[1]).toBe('SIGKILL');
  });
});
