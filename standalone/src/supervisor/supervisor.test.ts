import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openPartLog, type PartLog } from '../logs/part-log.ts';
import { StartFault } from '../start-fault.ts';
import type { Part } from './part.ts';
import { type ProcessDescription, processPart } from './process-part.ts';
import { Supervisor } from './supervisor.ts';

let directory: string;
let reported: string[];
let shown: string[];
const logs: PartLog[] = [];
const supervisors: Supervisor[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-supervisor-'));
  reported = [];
  shown = [];
});

afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) {
    supervisor.kill();
    await supervisor.stop();
  }
  for (const log of logs.splice(0)) log.close();
  await rm(directory, { recursive: true });
});

const patience = { timeout: 30_000 };

function part(name: string, script: string, change: Partial<ProcessDescription> = {}) {
  const log = openPartLog(path.join(directory, `${name}.log`), name, (line) => shown.push(line));
  logs.push(log);
  return processPart({
    name,
    script: path.join(import.meta.dirname, 'fixtures', script),
    env: () => ({ ...process.env, ...change.env?.() }),
    log,
    readyWithinMs: change.readyWithinMs ?? 20_000,
    stopWithinMs: change.stopWithinMs ?? 5_000,
  });
}

function supervise(...startOrder: Part[][]): Supervisor {
  const stopOrder = [...startOrder].reverse();
  const supervisor = new Supervisor({ startOrder, stopOrder, report: (line) => reported.push(line) });
  supervisors.push(supervisor);
  return supervisor;
}

/** The processes that said they were up, oldest first. */
function pids(name: string): number[] {
  return shown
    .filter((line) => line.includes(` ${name} warn: up as `))
    .map((line) => Number(/\d+$/.exec(line)?.[0]));
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the supervisor', () => {
  it('starts every part and ends them all', async () => {
    const supervisor = supervise([part('one', 'obedient.mjs')], [part('two', 'obedient.mjs')]);

    await supervisor.start();
    await vi.waitFor(() => expect([...pids('one'), ...pids('two')]).toHaveLength(2), patience);
    expect([...pids('one'), ...pids('two')].every(isAlive)).toBe(true);

    await supervisor.stop();
    expect([...pids('one'), ...pids('two')].some(isAlive)).toBe(false);
    expect(reported).toEqual([]);
  });

  it('starts a part again that was killed, and leaves the others alone', async () => {
    const supervisor = supervise([part('one', 'obedient.mjs'), part('two', 'obedient.mjs')]);
    await supervisor.start();
    await vi.waitFor(() => expect([...pids('one'), ...pids('two')]).toHaveLength(2), patience);

    process.kill(pids('one')[0] ?? 0, 'SIGKILL');

    await vi.waitFor(() => expect(pids('one')).toHaveLength(2), patience);
    await vi.waitFor(() => expect(reported).toContain('one is running again.'), patience);
    expect(reported[0]).toBe('one ended unexpectedly (killed by SIGKILL) and is started again.');
    expect(pids('two')).toHaveLength(1);
    expect(isAlive(pids('two')[0])).toBe(true);
  });

  it('insists when a part does not stop', async () => {
    const supervisor = supervise([part('deaf', 'stubborn.mjs', { stopWithinMs: 100 })]);
    await supervisor.start();

    await supervisor.stop();

    expect(reported).toEqual([]);
  });

  it('gives up at once on a bad configuration, in the words of the part', async () => {
    const supervisor = supervise([part('bad', 'failing.mjs', { env: () => ({ EXIT_CODE: '78' }) })]);

    const fault = await supervisor.start().catch((error: unknown) => error);

    expect(fault).toBeInstanceOf(StartFault);
    expect(fault).toMatchObject({ message: 'Bad configuration: SOMETHING: is required', exitCode: 78 });
  });

  it('gives up on a part that never comes up, and tells what it said', async () => {
    const supervisor = supervise([part('bad', 'failing.mjs', { env: () => ({ EXIT_CODE: '3' }) })]);

    await expect(supervisor.start()).rejects.toThrow('bad did not start (exit code 3): Bad configuration');
  });

  it('ends a part that does not become ready in time', async () => {
    const supervisor = supervise([part('mute', 'silent.mjs', { readyWithinMs: 200 })]);

    await expect(supervisor.start()).rejects.toThrow('mute was not ready after 200 ms');
  });

  it('can be stopped while parts are still starting, and starts none after that', async () => {
    const supervisor = supervise([part('mute', 'silent.mjs')], [part('late', 'obedient.mjs')]);
    const started = supervisor.start().catch((error: unknown) => error);

    await supervisor.stop();

    expect(await started).toMatchObject({ name: 'AbortError' });
    expect(pids('late')).toEqual([]);
  });
});
