import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freshDatabase, freshEventStore, type FreshDatabase, type FreshEventStore } from '@verbatim/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModels } from './projections.ts';
import { verify } from './rebuild/rebuild.ts';
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
