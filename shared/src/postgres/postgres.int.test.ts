import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freshDatabase, type FreshDatabase } from '@verbatim/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inTransaction } from './in-transaction.ts';
import { migrate } from './migrate.ts';
import { createPool, type Database, type Transaction } from './pool.ts';
import { isTransient } from './transient.ts';

let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = createPool(fresh.url, { applicationName: 'test', max: 2 });
  await database.raw('CREATE TABLE note (id bigint PRIMARY KEY, body text)');
});

afterAll(async () => {
  await database.destroy();
  await fresh.drop();
});

const rowsOf = async (executor: Database | Transaction, sql: string): Promise<unknown[]> =>
  z.object({ rows: z.array(z.unknown()) }).parse(await executor.raw(sql)).rows;
const ids = () => rowsOf(database, 'SELECT id FROM note ORDER BY id');
const failureOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => undefined).catch((error: unknown) => error);

async function backendOf(executor: Transaction): Promise<number> {
  const [row] = await rowsOf(executor, 'SELECT pg_backend_pid() AS pid');
  return z.object({ pid: z.number() }).parse(row).pid;
}

async function killed(pid: number): Promise<void> {
  const other = createPool(fresh.url, { applicationName: 'killer', max: 1 });
  await other.raw('SELECT pg_terminate_backend(?, 5000)', [pid]);
  await other.destroy();
}

describe('a transaction', () => {
  it('keeps what was written when it resolves, with positions beyond a double exact', async () => {
    const id = 2n ** 60n + 1n;
    const result = await inTransaction(database, async (transaction) => {
      await transaction('note').insert({ id, body: 'kept' });
      return 'done';
    });
    expect(result).toBe('done');
    expect(await ids()).toEqual([{ id }]);
    await database('note').delete();
  });

  it('keeps nothing when it rejects', async () => {
    const refused = inTransaction(database, async (transaction) => {
      await transaction('note').insert({ id: 1n });
      throw new Error('changed my mind');
    });
    await expect(refused).rejects.toThrow('changed my mind');
    expect(await ids()).toEqual([]);
  });

  it('fails when a statement failed, even if that was swallowed', async () => {
    const swallowed = inTransaction(database, async (transaction) => {
      await transaction('note').insert({ id: 1n });
      await transaction.raw('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow('nothing of it was committed');
    expect(await ids()).toEqual([]);
  });

  it('fails, as a matter of time, when its connection is killed; the pool goes on', async () => {
    const cut = inTransaction(database, async (transaction) => {
      await transaction('note').insert({ id: 1n });
      await killed(await backendOf(transaction));
    });
    expect(isTransient(await failureOf(cut))).toBe(true);
    expect(await ids()).toEqual([]);
  });
});

describe('the pool', () => {
  it('survives the end of an idle connection', async () => {
    const pid = await inTransaction(database, backendOf);
    await killed(pid);
    expect(await rowsOf(database, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses, as a matter of time, when it is exhausted', async () => {
    const impatient = createPool(fresh.url, { applicationName: 'test', max: 2, acquireTimeoutMs: 1_500 });
    const takeConnections = (left: number): Promise<unknown> =>
      left === 0
        ? failureOf(impatient.raw('SELECT 1'))
        : inTransaction(impatient, async (transaction) => {
            await transaction.raw('SELECT 1');
            return takeConnections(left - 1);
          });
    expect(isTransient(await takeConnections(2))).toBe(true);
    expect(await rowsOf(impatient, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await impatient.destroy();
  });

  it('refuses, as a matter of time, when there is no server', async () => {
    const nowhere = createPool('postgres://nobody@127.0.0.1:1/none', { applicationName: 'test' });
    expect(isTransient(await failureOf(nowhere.raw('SELECT 1')))).toBe(true);
    await nowhere.destroy();
  });

  it('cancels a statement that takes too long', async () => {
    const impatient = createPool(fresh.url, { applicationName: 'test', statementTimeoutMs: 50 });
    expect(isTransient(await failureOf(impatient.raw('SELECT pg_sleep(10)')))).toBe(true);
    await impatient.destroy();
  });

  it('gives up a connection whose other end is silent and closes nothing, and goes on with another', async () => {
    const target = new URL(fresh.url);
    const sockets = new Set<Socket>();
    const proxy = createServer((socket) => {
      const upstream = connect(Number(target.port), target.hostname);
      for (const each of [socket, upstream]) sockets.add(each.on('error', () => each.destroy()));
      socket.pipe(upstream).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const through = new URL(fresh.url);
    through.port = String(z.object({ port: z.number() }).parse(proxy.address()).port);
    const options = { applicationName: 'test', max: 1, silenceTimeoutMs: 1_500 };
    const cautious = createPool(through.href, options);
    await cautious.raw('SELECT 1');
    for (const socket of sockets) socket.unpipe().pause();
    expect(isTransient(await failureOf(cautious.raw('SELECT 1')))).toBe(true);
    expect(await rowsOf(cautious, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await cautious.destroy();
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });

  it('changes nothing where it is for reading only', async () => {
    const reader = createPool(fresh.url, { applicationName: 'test', isReadOnly: true });
    expect(await failureOf(reader.raw('INSERT INTO note (id) VALUES (99)'))).toMatchObject({ code: '25006' });
    expect(await failureOf(reader.raw('CREATE TABLE other ()'))).toMatchObject({ code: '25006' });
    expect(await rowsOf(reader, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await reader.destroy();
  });

  it('gives bigint columns as BigInt and leaves other types alone', async () => {
    const [row] = await rowsOf(
      database,
      "SELECT 9007199254740993 AS big, 7 AS small, '{1,2}'::int[] AS several, true AS yes",
    );
    expect(row).toEqual({ big: 9007199254740993n, small: 7, several: [1, 2], yes: true });
  });
});

describe('migrations', () => {
  const first = "CREATE TABLE thing (id integer, remark text DEFAULT 'why?')";
  const second = 'ALTER TABLE thing ADD COLUMN name text';

  it('are applied once, whoever comes at the same time, and can be added to', async () => {
    await Promise.all([1, 2].map(() => migrate(database, 'things', [first])));
    await migrate(database, 'things', [first, second]);
    await database.raw("INSERT INTO things.thing (id, name) VALUES (1, 'x')");
    expect(await rowsOf(database, 'SELECT * FROM things.thing')).toEqual([
      { id: 1, remark: 'why?', name: 'x' },
    ]);
  });

  it('must not be changed once applied', async () => {
    await migrate(database, 'fixed', [first]);
    await expect(migrate(database, 'fixed', [second])).rejects.toThrow('must not be changed');
  });

  it('leave nothing behind when a statement fails', async () => {
    await failureOf(migrate(database, 'broken', [first, 'CREATE TABLE thing ()']));
    expect(await rowsOf(database, "SELECT 1 FROM pg_namespace WHERE nspname = 'broken'")).toEqual([]);
  });
});
