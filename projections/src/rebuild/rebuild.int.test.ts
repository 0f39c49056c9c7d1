import { createLogger, newId, type DomainEvent } from '@verbatim/shared';
import { freshDatabase, freshEventStore, type FreshDatabase, type FreshEventStore } from '@verbatim/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModels, type Projections } from '../projections.ts';
import { openFixture, until, type Fixture } from '../testing/fixture.ts';
import { edited, said } from '../testing/log-writer.ts';
import { emptyInPlace, rebuild, verify, type RebuildOptions } from './rebuild.ts';

let database: FreshDatabase;
let store: FreshEventStore;
let fixture: Fixture;
let projections: Projections;
let organizationId: string;
let ada: string;
let bob: string;
let roomId: string;
const allModels = readModels.map(({ name }) => name);

beforeAll(async () => {
  [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  fixture = await openFixture(database.url, store.connectionString);
  projections = fixture.start();
  const organization = await fixture.log.organization(['Ada', 'Bob']);
  ({ organizationId } = organization);
  [ada = '', bob = ''] = organization.userIds;
  roomId = await fixture.log.room(organizationId, organization.userIds);
  await fixture.log.append(organizationId, ada, busyHistory());
  await fixture.caughtUp(allModels);
});
afterAll(async () => {
  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});

/** Something for every table, with what only loading has to put off: edits, deletions, retention and an erasure. */
function busyHistory(): DomainEvent[] {
  const ids = Array.from({ length: 60 }, () => newId());
  const [first = '', second = '', third = ''] = ids;
  const carl = newId();
  return [
    ...ids.map((messageId, index) =>
      said(roomId, index % 2 === 0 ? ada : bob, `tab\there, back\\slash, line\nbreak, ünï ${index}`, {
        messageId,
        mentions: index % 5 === 0 ? [bob] : [],
        day: index < 10 ? '2025-12-31' : '2026-01-01',
      }),
    ),
    edited(roomId, ada, first, 'edited once'),
    edited(roomId, ada, first, 'edited twice'),
    { type: 'MessageDeleted', data: { messageId: second, roomId } },
    { type: 'ReactionAdded', data: { messageId: third, roomId, userId: bob, emoji: '👍' } },
    { type: 'MessagePinned', data: { messageId: third, roomId } },
    { type: 'RoomRead', data: { roomId, userId: bob, seq: 30 } },
    said(roomId, carl, 'only carl says xylophone'),
    { type: 'RetentionApplied', data: { roomDays: [{ roomId, day: '2025-12-31' }] } },
    {
      type: 'ErasureRequested',
      data: { erasureId: newId(), userId: carl },
      content: { status: 'present', fields: { reason: 'asked for' } },
    },
    said(roomId, ada, 'the last word'),
  ];
}

const options = (more: Partial<RebuildOptions> = {}): RebuildOptions => ({
  databaseUrl: database.url,
  eventStore: fixture.eventStore,
  keyring: fixture.log.keyring,
  models: readModels,
  batchEvents: 7,
  report: { step: () => undefined, advance: () => undefined },
  signal: new AbortController().signal,
  ...more,
});

const differencesOf = async (): Promise<number> =>
  [...(await verify(options())).values()].reduce((sum, found) => sum + found.length, 0);

describe('--verify', () => {
  it('finds the live tables to be what the log gives', async () => {
    expect(await differencesOf()).toBe(0);
  });

  it.each([
    [
      `UPDATE chat.message SET text = overlay(text placing 'X' from 1 for 1) WHERE seq = 20`,
      'chat',
      'message',
    ],
    [`UPDATE chat.inbox SET own_after_marker = own_after_marker + 1`, 'chat', 'inbox'],
    [
      `UPDATE chat.frame SET fields = '{"version": 3}' WHERE type = 'message_edited' AND fields->>'version' = '2'`,
      'chat',
      'frame',
    ],
    [`DELETE FROM chat.reaction`, 'chat', 'reaction'],
    [`UPDATE directory.person SET email = email || ' ' WHERE display_name = 'Ada'`, 'directory', 'person'],
    [
      `UPDATE search.document SET terms = terms || 1::bigint WHERE position = (SELECT max(position) FROM search.document)`,
      'search',
      'document',
    ],
    [
      `INSERT INTO search.word SELECT organization_id, 1, 'made up', 1 FROM search.word LIMIT 1`,
      'search',
      'word',
    ],
    [
      `ALTER TABLE record.event DISABLE TRIGGER USER;
       UPDATE record.event SET leaf_hash = set_byte(leaf_hash, 0, get_byte(leaf_hash, 0) # 1) WHERE leaf_index = 3;
       ALTER TABLE record.event ENABLE TRIGGER USER`,
      'record',
      'event',
    ],
  ])('finds the harm that is done by %s', async (harm, model, table) => {
    await fixture.rows(harm);
    const found = await verify(options({ models: readModels.filter(({ name }) => name === model) }));
    expect(found.get(model)?.map((difference) => difference.table)).toContain(table);
    await rebuild(options({ models: readModels.filter(({ name }) => name === model) }));
    expect(
      (await verify(options({ models: readModels.filter(({ name }) => name === model) }))).get(model),
    ).toEqual([]);
  });
});

describe('a rebuild', () => {
  it('that was stopped among the indexes makes the rest of them', async () => {
    const models = readModels.filter(({ name }) => name === 'record');
    const step = (what: string): void => {
      if (what.startsWith('indexing')) throw new Error('stopped');
    };
    await expect(rebuild(options({ models, report: { step, advance: () => undefined } }))).rejects.toThrow(
      'stopped',
    );
    const [first = '', ...rest] = models[0]?.indexes ?? [];
    await fixture.rows(first.replace('ON event', 'ON record_building.event'));

    await rebuild(options({ models }));
    const names = [first, ...rest].map(
      (statement) => /CREATE INDEX IF NOT EXISTS (\w+)/.exec(statement)?.[1],
    );
    const made = await fixture.rows(`SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'record'`);
    expect(made.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expect((await verify(options({ models }))).get('record')).toEqual([]);
  });

  it('goes on while people write, and loses and doubles nothing', async () => {
    const stop = new AbortController();
    const writing = (async () => {
      for (let index = 0; !stop.signal.aborted; index += 1)
        await fixture.log.append(organizationId, ada, [said(roomId, ada, `meanwhile ${index}`)]);
    })();
    await rebuild(options());
    stop.abort();
    await writing;
    await fixture.caughtUp(allModels);
    expect(await differencesOf()).toBe(0);
    expect(projections.runners.every(({ phase }) => phase === 'live')).toBe(true);
  });

  it('can be stopped at any batch, and is gone on with', async () => {
    for (const after of [1, 3, 6]) {
      const stopping = new AbortController();
      let batches = 0;
      const report = {
        step: () => undefined,
        advance: () => {
          batches += 1;
          if (batches === after) stopping.abort();
        },
      };
      await expect(rebuild(options({ signal: stopping.signal, report }))).rejects.toThrow();
    }
    const [begun] = await fixture.rows('SELECT position FROM chat_building.checkpoint');
    expect(Number(begun?.position)).toBeGreaterThan(0);
    await rebuild(options());
    await fixture.caughtUp(allModels);
    expect(await differencesOf()).toBe(0);
  });

  it('in place is filled again by who projects already', async () => {
    await emptyInPlace(options());
    await fixture.caughtUp(allModels);
    expect(await differencesOf()).toBe(0);
  });

  it('leaves the version before in place, and nothing else', async () => {
    const schemas = await fixture.rows(
      `SELECT nspname FROM pg_namespace WHERE nspname ~ '_(building|verifying|previous)$' ORDER BY 1`,
    );
    expect(schemas.map(({ nspname }) => nspname)).toEqual(allModels.map((name) => `${name}_previous`).sort());
  });

  it('refuses nobody who asks, and shows nobody less than there was', async () => {
    const stop = new AbortController();
    let least = 0;
    let asked = 0;
    const asking = (async () => {
      while (!stop.signal.aborted) {
        const [row] = await fixture.rows(
          'SELECT last_seq, (SELECT count(*) FROM chat.message) FROM chat.room',
        );
        expect(Number(row?.count)).toBeGreaterThanOrEqual(least);
        least = Number(row?.count);
        asked += 1;
      }
    })();
    await rebuild(options());
    stop.abort();
    await asking;
    expect(asked).toBeGreaterThan(10);
  });
});

describe('a poisonous event', () => {
  const poison = (stream: string) =>
    fixture.eventStore.append(
      stream,
      [
        {
          id: newId(),
          type: 'MessageSent',
          data: { roomId, text: 'no seal' },
          metadata: { organizationId, roomId },
        },
      ],
      { expectedRevision: 'any' },
    );

  it('parks its room and nothing else, waits, and is left out when somebody says so, in a rebuild too', async () => {
    const other = await fixture.log.room(organizationId, [ada, bob]);
    await poison(`message-${newId()}`);
    await fixture.log.append(organizationId, ada, [said(roomId, ada, 'waits'), said(other, ada, 'goes on')]);
    const has = async (text: string): Promise<boolean> =>
      (await fixture.rows('SELECT 1 FROM chat.message WHERE text = $1', [text])).length === 1;
    await until('the other room goes on', () => has('goes on'));
    expect(await has('waits')).toBe(false);
    const [parked] = await fixture.rows('SELECT partition, position, cause FROM chat.parked');
    expect(parked?.partition).toBe(`room:${roomId}`);
    expect(await differencesOf()).toBe(0);

    for (const readModel of ['chat', 'search'])
      await fixture.log.append(organizationId, organizationId, [
        {
          type: 'ProjectionSkipped',
          data: { readModel, partition: `room:${roomId}`, position: String(parked?.position), cause: '' },
        },
      ]);
    await until('the room goes on', () => has('waits'));
    await fixture.caughtUp(allModels);
    await until(
      'nothing is parked',
      async () => (await fixture.rows('SELECT 1 FROM search.parked')).length === 0,
    );
    expect(await fixture.rows('SELECT 1 FROM chat.parked')).toEqual([]);
    expect(await differencesOf()).toBe(0);
  });
});

describe('two poisonous events of a room', () => {
  const opening = ['chat', 'search'];
  const parkedIn = async (readModel: string): Promise<unknown[]> =>
    (await fixture.rows(`SELECT position FROM ${readModel}.parked ORDER BY 1`)).map(
      ({ position }) => position,
    );
  const nothingParked = () =>
    until('nothing is parked', async () => (await Promise.all(opening.map(parkedIn))).flat().length === 0);

  it('are left out by a rebuild that was begun before anybody said so, and by one in place', async () => {
    const other = await fixture.log.room(organizationId, [ada, bob]);
    const poison = () =>
      fixture.eventStore.append(
        `message-${newId()}`,
        [{ id: newId(), type: 'MessageSent', data: {}, metadata: { organizationId, roomId: other } }],
        { expectedRevision: 'any' },
      );
    await poison();
    await poison();
    await fixture.log.append(organizationId, ada, [said(other, ada, 'behind both')]);
    await fixture.caughtUp(allModels);
    const stopped = rebuild(
      options({
        report: {
          step: (what) => {
            if (what.startsWith('indexing')) throw new Error('stopped');
          },
          advance: () => undefined,
        },
      }),
    );
    await expect(stopped).rejects.toThrow('stopped');

    for (const readModel of opening) {
      const before: unknown[] = [];
      for (let round = 0; round < 2; round += 1) {
        await until('it is parked', async () =>
          (await parkedIn(readModel)).some((each) => !before.includes(each)),
        );
        const [position] = await parkedIn(readModel);
        before.push(position);
        await fixture.log.append(organizationId, organizationId, [
          {
            type: 'ProjectionSkipped',
            data: { readModel, partition: `room:${other}`, position: String(position), cause: '' },
          },
        ]);
      }
    }
    await nothingParked();
    await rebuild(options());
    await fixture.caughtUp(allModels);
    await nothingParked();
    expect(await fixture.rows(`SELECT 1 FROM chat.message WHERE text = 'behind both'`)).toHaveLength(1);
    expect(await differencesOf()).toBe(0);

    await emptyInPlace(options());
    await fixture.caughtUp(allModels);
    expect((await Promise.all(opening.map(parkedIn))).flat()).toEqual([]);
    expect(await differencesOf()).toBe(0);
  });
});

describe('two runners', () => {
  it("do not get in each other's way, and the second takes over", async () => {
    const second = fixture.start({ logger: createLogger({ name: 'second', level: 'silent' }) });
    await until('the second stands by', () =>
      Promise.resolve(second.runners.every(({ phase }) => phase === 'standing-by')),
    );
    await fixture.log.append(organizationId, ada, [said(roomId, ada, 'with two')]);
    await fixture.caughtUp(allModels);
    await projections.stop();
    await fixture.log.append(organizationId, ada, [said(roomId, ada, 'with one')]);
    await fixture.caughtUp(allModels);
    expect(await differencesOf()).toBe(0);
  });

  it('heal when their backends are killed in the middle of it', async () => {
    const writing = fixture.log.append(
      organizationId,
      ada,
      Array.from({ length: 60 }, (_, index) => said(roomId, ada, `under fire ${index}`)),
    );
    for (let round = 0; round < 10; round += 1)
      await fixture.rows(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name LIKE 'verbatim projections %' AND datname = current_database()`,
      );
    await writing;
    await fixture.caughtUp(allModels);
    expect(await differencesOf()).toBe(0);
  });
});
