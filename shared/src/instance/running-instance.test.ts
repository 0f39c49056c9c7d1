import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announceInstance, findInstance, withdrawInstance } from './running-instance.ts';

const urls = {
  origin: 'http://localhost:1',
  eventStore: 'esdb://localhost:2',
  database: 'postgres://localhost:3/x',
};
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-instance-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function endedProcess(): Promise<number> {
  const child = spawn('true');
  await once(child, 'close');
  return child.pid ?? 0;
}

async function rewrite(change: object): Promise<void> {
  const file = path.join(directory, 'instance.json');
  const instance = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...instance, ...change }));
}

describe('the note of a running instance', () => {
  it('is found while its process runs, and not after it was withdrawn', async () => {
    await announceInstance(directory, urls);
    expect(await findInstance(directory)).toEqual(urls);

    await withdrawInstance(directory);
    expect(await findInstance(directory)).toBeUndefined();
  });

  it('does not count when its process has ended without withdrawing it', async () => {
    await announceInstance(directory, urls);
    await rewrite({ pid: await endedProcess() });

    expect(await findInstance(directory)).toBeUndefined();
  });

  it('does not count when its number belongs to a later process', async () => {
    await announceInstance(directory, urls);
    await rewrite({ processStart: '1' });

    expect(await findInstance(directory)).toBeUndefined();
  });

  it('is for its owner only: it holds passwords', async () => {
    await announceInstance(directory, urls);

    expect((await stat(path.join(directory, 'instance.json'))).mode & 0o077).toBe(0);
  });
});
