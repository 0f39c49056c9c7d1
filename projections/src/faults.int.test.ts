import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freshDatabase, freshEventStore, type FreshDatabase, type FreshEventStore } from '@verbatim/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModels } from './projections.ts';
import { verify } from './rebuild/rebuild.ts';
import { connect } from './tables/connection.ts';
import { openFixture, until, type Fixture } from './testing/fixture.ts';
import { said, testMasterKey } from './testing/log-writer.ts';
import { openProxy } from './testing/proxy.ts';

const allModels = readModels.map(({ name }) => name);
const killRounds = process.env.VERBATIM_LONG ? 40 : 4;
const awayMs = process.env.VERBATIM_LONG ? 60_000 : 3_000;

let database: FreshDatabase;
let store: FreshEventStore;
let fixture: Fixture;

beforeEach(async () => {
  [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  fixture = await openFixture(database.url, store.connectionString);
});
afterEach(async () => {
  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});

async function expectWhatTheLogGives(): Promise<void> {
  await fixture.caughtUp(allModels);
  const found = await verify({
    databaseUrl: database.url,
    eventStore: fixture.eventStore,
    keyring: fixture.log.keyring,
    models: readModels,
    batchEvents: 1_000,
    report: { step: () => undefined, advance: () => undefined },
    signal: new AbortController().signal,
  });
  expect([...found.values()].flat()).toEqual([]);
}

async function room(): Promise<{ say: (text: string) => Promise<bigint> }> {
  const { organizationId, userIds } = await fixture.log.organization(['Ada', 'Bob']);
  const [ada = ''] = userIds;
  const roomId = await fixture.log.room(organizationId, userIds);
  return { say: (text) => fixture.log.append(organizationId, ada, [said(roomId, ada, text)]) };
}

/** A room, and tables that have got to where the log is. */
async function roomWithTables(): ReturnType<typeof room> {
  const made = await room();
  const projections = fixture.start();
  await fixture.caughtUp(allModels);
  await projections.stop();
  return made;
}

/**
 * Where whoever writes a message waits: with the row written (`IMMEDIATE`), or in the commit before it is done
 * (`DEFERRED`).
 */
async function openGate(when: 'IMMEDIATE' | 'DEFERRED') {
  const keeper = await connect({ url: database.url, applicationName: 'gate' });
  await keeper.query('SELECT pg_advisory_lock(7)');
  await keeper.query(
    `CREATE FUNCTION public.wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$`,
  );
  await keeper.query(
    `CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON chat.message DEFERRABLE INITIALLY ${when}
     FOR EACH ROW EXECUTE FUNCTION public.wait_at_gate()`,
  );
  return {
    isWaitedAt: () =>
      until('somebody waits at the gate', async () => {
        const { rows } = await keeper.query(
          `SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
           WHERE datname = current_database() AND locktype = 'advisory' AND objid = 7 AND NOT granted`,
        );
        return rows.length > 0;
      }),
    open: () => keeper.end(),
  };
}

describe('a projector that is killed', () => {
  const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const start = (): ChildProcess =>
    spawn(process.execPath, [program], {
      env: {
        ...process.env,
        HOST: '127.0.0.1',
        PORT: '0',
        EVENTSTORE_URL: store.connectionString,
        DATABASE_URL: database.url,
        VERBATIM_MASTER_KEY: testMasterKey.toString('base64'),
        LOG_LEVEL: 'silent',
      },
      stdio: 'inherit',
    });

  it('at any moment loses and doubles nothing', async () => {
    const { say } = await room();
    for (let round = 0; round < killRounds; round += 1) {
      const child = start();
      const before = fixture.log.position;
      for (let index = 0; index < 15; index += 1) await say(`round ${round}, ${index}`);
      // In the middle of catching up: something of this round is committed, and more is under way.
      await until('it has begun', async () => {
        const [row] = await fixture.rows('SELECT position FROM chat.checkpoint');
        return row !== undefined && Number(row.position) > Number(before);
      });
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    fixture.start();
    await expectWhatTheLogGives();
  });
});

describe('a session that the database ends', () => {
  it.each([
    ['between its writes and the commit', 'IMMEDIATE'],
    ['in the middle of the commit', 'DEFERRED'],
  ] as const)('%s has done nothing, and its work is done anew', async (_, when) => {
    const { say } = await roomWithTables();
    const gate = await openGate(when);
    fixture.start();
    await say('undone');
    await gate.isWaitedAt();
    const ended = await fixture.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`,
    );
    expect(ended).toHaveLength(1);
    await gate.open();
    await expectWhatTheLogGives();
  });
});

describe('a projector that is cut off', () => {
  it('between the commit and the push has done its work once', async () => {
    const { say } = await roomWithTables();
    const gate = await openGate('DEFERRED');
    const proxy = await openProxy(database.url);
    fixture.start({ databaseUrl: proxy.url });
    await say('committed');
    await gate.isWaitedAt();
    proxy.silence(); // the answer to the commit never comes, so nobody is told
    await gate.open();
    const committed = () => fixture.rows(`SELECT 1 FROM chat.message WHERE text = 'committed'`);
    await until('it is committed', async () => (await committed()).length === 1);
    proxy.cut();
    proxy.restore();
    await say('after it');
    await expectWhatTheLogGives();
    expect(await committed()).toHaveLength(1);
    await proxy.close();
  });
});

describe('a database that is away', () => {
  it('is waited for, and nothing is missing afterwards', async () => {
    const proxy = await openProxy(database.url);
    const projections = fixture.start({ databaseUrl: proxy.url });
    const { say } = await room();
    await fixture.caughtUp(allModels);
    proxy.cut();
    const cutAt = performance.now();
    let written = 0;
    while (performance.now() - cutAt < awayMs) {
      await say(`while it is away ${(written += 1)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await until('it is noticed', () =>
      Promise.resolve(projections.runners.every(({ fault }) => fault !== undefined)),
    );
    proxy.restore();
    await expectWhatTheLogGives();
    const [row] = await fixture.rows(`SELECT count(*) FROM chat.message WHERE text LIKE 'while it is away%'`);
    expect(Number(row?.count)).toBe(written);
    await projections.stop();
    await proxy.close();
  });
});
