import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PostgresFault, startPostgres, type PostgresOptions, type PostgresServer } from './index.ts';

let base: string;
/** One cluster for all tests but those of how one is made. */
let directory: string;
const running = new Set<PostgresServer>();

beforeAll(async () => {
  // Closed to every other user, as /root is.
  base = await mkdtemp(path.join(os.tmpdir(), 'verbatim-postgres-'));
  await chmod(base, 0o700);
  directory = path.join(base, 'data', 'postgres');
});

afterEach(async () => {
  await Promise.all([...running].map((server) => server.stop()));
  running.clear();
});
afterAll(() => rm(base, { recursive: true, force: true }));

async function start(options: Partial<PostgresOptions> = {}): Promise<PostgresServer> {
  const server = await startPostgres({ directory, isDurable: false, ...options });
  running.add(server);
  return server;
}

async function query(server: PostgresServer, text: string, url = server.url): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end();
  }
}

describe('the embedded Postgres', () => {
  it('keeps its data, port and password from start to start', async () => {
    const first = await start();
    await query(first, 'create table kept (word text)');
    await query(first, `insert into kept values ('held')`);
    await first.stop();

    const second = await start();

    expect(await query(second, 'select word from kept')).toEqual([{ word: 'held' }]);
    expect(second.url).toBe(first.url);
  });

  it('has a role that reads what there is and what comes, and writes nothing', async () => {
    const first = await start();
    await query(first, 'create schema kept; create table kept.word as select 1 as number');
    await first.stop();
    const server = await start();
    await query(server, 'create schema later; create table later.word as select 2 as number');
    const ask = (text: string) => query(server, text, server.readerUrl);

    expect(await ask('select number from kept.word union select number from later.word order by 1')).toEqual([
      { number: 1 },
      { number: 2 },
    ]);
    for (const statement of [
      'insert into kept.word values (3)',
      'update kept.word set number = 3',
      'delete from kept.word',
      'truncate kept.word',
      'drop table kept.word',
      'create table kept.other (number int)',
      'create table public.other (number int)',
      'create schema other',
      'set role verbatim',
    ])
      await expect(ask(`begin read write; ${statement}`)).rejects.toMatchObject({ code: '42501' });
  });

  it('takes no connection without the password', async () => {
    const server = await start();
    const stranger = new pg.Client({ connectionString: server.url.replace(/:[^:@]+@/, ':guess@') });

    await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('checks its pages and encrypts passwords', async () => {
    const server = await start();

    expect(await query(server, 'show data_checksums')).toEqual([{ data_checksums: 'on' }]);
    expect(await query(server, 'select distinct auth_method from pg_hba_file_rules')).toEqual([
      { auth_method: 'scram-sha-256' },
    ]);
  });

  it('tells when the postmaster dies, and starts again on the same port with what was committed', async () => {
    const first = await start({ isDurable: true });
    await query(first, 'create table killed (word text)');
    process.kill(first.pid, 'SIGKILL');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });

    const second = await start({ port: first.port });

    expect(second.port).toBe(first.port);
    expect(await query(second, 'select * from killed')).toEqual([]);
  });

  it('shuts down a postmaster that was left over before it starts its own', async () => {
    const leftOver = await start();
    await query(leftOver, 'create table left_over (word text)');

    const next = await start();

    expect(await leftOver.exited).toEqual({ code: 0, signal: null });
    expect(next.pid).not.toBe(leftOver.pid);
    expect(await query(next, 'select * from left_over')).toEqual([]);
  });

  it('is not kept from starting by a lock whose number now belongs to a stranger', async () => {
    const first = await start();
    await first.stop();
    const lock = path.join(directory, 'cluster', 'postmaster.pid');
    await writeFile(
      lock,
      `${process.pid}\n${directory}/cluster\n1\n${first.port}\n\n127.0.0.1\n1 1\nready\n`,
    );

    const second = await start();

    expect(await query(second, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('refuses the data of another major version in one clear line', async () => {
    const old = path.join(base, 'old');
    await mkdir(path.join(old, 'cluster'), { recursive: true });
    await writeFile(path.join(old, 'cluster', 'PG_VERSION'), '15\n');

    const starting = start({ directory: old });
    await expect(starting).rejects.toThrow(
      /was made by PostgreSQL 15, and this release brings PostgreSQL 18/,
    );
    await expect(starting).rejects.toBeInstanceOf(PostgresFault);
  });

  it('begins anew after a creation that was cut short', async () => {
    const begun = path.join(base, 'begun');
    await mkdir(path.join(begun, 'cluster.new'), { recursive: true });
    await writeFile(path.join(begun, 'cluster.new', 'PG_VERSION'), '18\n');

    const server = await start({ directory: begun });

    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('keeps its password from other users', async () => {
    await start();
    const { mode } = await stat(path.join(directory, 'connection.json'));

    expect(mode & 0o077).toBe(0);
  });
});
