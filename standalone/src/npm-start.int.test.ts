import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { killIfThere } from '@verbatim/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..');
const cleanStopWithinMs = 10_000;
const eventually = { timeout: 90_000, interval: 50 };

let base: string;
/** One for all tests: each goes on with what the one before it left there. */
let dataDirectory: string;
let port: number;
const started: Run[] = [];

beforeAll(async () => {
  // Closed to every other user, as /root is.
  base = await mkdtemp(path.join(os.tmpdir(), 'verbatim-start-'));
  await chmod(base, 0o700);
  dataDirectory = path.join(base, 'data');
  port = await freePort();
});

afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await nothingRuns();
  await rm(base, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<number | null>;
}

const supervisor = [process.execPath, 'standalone/dist/main.js'] as const;

/** As `npm start` does on a machine where everything is built. */
function start(
  env: Record<string, string> = {},
  [program, ...args]: readonly [string, ...string[]] = supervisor,
): Run {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', VERBATIM_DATA_DIR: dataDirectory, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  const run = { child, lines, ended: once(child, 'close').then(([code]) => code as number | null) };
  started.push(run);
  return run;
}

async function startUntilReady(command?: readonly [string, ...string[]]): Promise<Run> {
  const run = start({ PORT: String(port) }, command);
  await vi.waitFor(
    () => expect(run.lines).toContain(`Verbatim is ready at http://localhost:${port}`),
    eventually,
  );
  return run;
}

/** The instance that a test before has left running, or else one that is started now. */
async function running(): Promise<Run> {
  const last = started.findLast(({ child }) => child.exitCode === null && child.signalCode === null);
  return last ?? startUntilReady();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function urls(
  [program, ...args]: readonly [string, ...string[]] = [process.execPath, 'cli/bin/verbatim.mjs', 'urls'],
): Promise<{ origin: string; eventStore: string; database: string }> {
  const { stdout } = await promisify(execFile)(program, args, {
    cwd: root,
    env: { ...process.env, VERBATIM_DATA_DIR: dataDirectory },
  });
  return JSON.parse(stdout) as { origin: string; eventStore: string; database: string };
}

async function query(text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: (await urls()).database });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Every process of the instance: ours carry the data directory in their environment, Postgres works in it. */
async function processes(): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      const [environment, command] = await Promise.all([read('environ'), read('cmdline')]);
      const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      const isOurs =
        environment.split('\0').includes(`VERBATIM_DATA_DIR=${dataDirectory}`) ||
        folder.startsWith(dataDirectory);
      return isOurs ? [{ pid: Number(pid), command: command.replaceAll('\0', ' ') }] : [];
    }),
  );
  return found.flat();
}

async function nothingRuns(): Promise<void> {
  await vi.waitFor(async () => expect(await processes()).toEqual([]), eventually);
}

async function pidOf(part: string): Promise<number> {
  const found = (await processes()).find(({ command }) => command.includes(part));
  if (!found) throw new Error(`no process of ${part}`);
  return found.pid;
}

/** Something in the database that is there again after each start. */
const leave = () => query('create table if not exists kept (word text)');
const expectKept = async () => expect(await query('select * from kept')).toEqual([]);

describe('npm start', { timeout: 480_000 }, () => {
  it('stops within its time on SIGTERM, leaves no process, and has everything again the next time', async () => {
    const first = await startUntilReady();
    const before = await urls(['npm', 'run', '-s', 'urls']);
    await leave();

    const asked = performance.now();
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(performance.now() - asked).toBeLessThan(cleanStopWithinMs);
    expect(await processes()).toEqual([]);
    expect(first.lines.filter((line) => line !== 'Still starting…')).toEqual([
      `Verbatim is ready at http://localhost:${port}`,
      'Stopping…',
    ]);
    await expect(urls()).rejects.toMatchObject({ code: 1 });

    await startUntilReady();
    expect(await urls()).toEqual(before);
    await expectKept();
  });

  it('leaves no process when only the supervisor is killed, and starts again at once', async () => {
    const first = await running();
    await leave();

    first.child.kill('SIGKILL');
    await startUntilReady();

    await expectKept();
    const supervisors = (await processes()).filter(({ command }) => command.includes('dist/main.js'));
    expect(supervisors).toHaveLength(1);
  });

  it('recovers when every process was killed', async () => {
    const first = await running();
    await leave();

    for (const { pid } of await processes()) killIfThere(pid);
    await first.ended;
    await startUntilReady();

    await expectKept();
  });

  it('refuses a second instance on the same data directory in one clear line', async () => {
    const first = await running();

    const second = start({ PORT: String(await freePort()) });

    expect(await second.ended).toBe(1);
    expect(second.lines).toEqual([
      `Verbatim is already running on ${dataDirectory} (process ${first.child.pid ?? 0}): stop it first.`,
    ]);
  });

  it.each(['postgres', 'event-store'])(
    'starts %s again when it is killed, without the others',
    async (part) => {
      const run = await running();
      await leave();
      const said = run.lines.length;
      const others = (await processes()).filter(
        ({ command }) => command.includes('bundle/') && !command.includes(part),
      );

      process.kill(part === 'postgres' ? await postmaster() : await pidOf(`bundle/${part}`), 'SIGKILL');

      await vi.waitFor(
        () => expect(run.lines.slice(said).some((line) => line.endsWith('is running again.'))).toBe(true),
        eventually,
      );
      await expectKept();
      const now = (await processes()).map(({ pid }) => pid);
      for (const { pid } of others) expect(now).toContain(pid);
    },
  );

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'stops cleanly when npm gets %s, and none of us does',
    async (signal) => {
      for (const { child } of started) child.kill('SIGTERM');
      await nothingRuns();
      const run = await startUntilReady(['npm', 'start']);

      run.child.kill(signal);

      await nothingRuns();
      expect(run.lines.filter((line) => line === 'Stopping…')).toHaveLength(1);
      await expect(urls()).rejects.toMatchObject({ code: 1 });
    },
  );

  it('refuses a port that is in use in one clear line', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const taken = typeof address === 'object' && address ? address.port : 0;

    const run = start({ PORT: String(taken) });

    expect(await run.ended).toBe(1);
    expect(run.lines).toEqual([
      `Cannot listen on 127.0.0.1 port ${taken} (another program listens there): set PORT or HOST.`,
    ]);
    holder.close();
  });

  it('names every bad variable and ends with 78', async () => {
    const run = start({ PORT: '80800', LOG_LEVEL: 'loud', EVENTSTORE_URL: 'http://localhost' });

    expect(await run.ended).toBe(78);
    expect(run.lines).toHaveLength(6);
    expect(run.lines).toContain('Bad configuration: PORT: must be a whole number from 0 to 65535');
    expect(run.lines).toContain('Bad configuration: VERBATIM_MASTER_KEY: is required');
  });
});

async function postmaster(): Promise<number> {
  return Number.parseInt(
    await readFile(path.join(dataDirectory, 'postgres', 'cluster', 'postmaster.pid'), 'utf8'),
    10,
  );
}
