import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  canonicalJson,
  createPool,
  newId,
  sqlSourceOf,
  type Database,
  type RecordedEvent,
} from '@verbatim/shared';
import { freshDatabase, type FreshDatabase } from '@verbatim/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isOf, messagesPerVisit, RecordedLog } from './recorded-log-fixture.ts';
import { verifyStores, type StoresFault, type VerifiedStores } from './verify-stores.ts';

let recorded: RecordedLog;
let database: FreshDatabase;
let pool: Database;
let projections: ChildProcess;
let stores: VerifiedStores;
let log: readonly RecordedEvent[];

beforeAll(async () => {
  [database, recorded] = await Promise.all([freshDatabase(), RecordedLog.make()]);
  const { eventStore, key, anchorDirectory } = recorded;
  log = recorded.events;
  pool = createPool(database.url, { applicationName: 'test' });
  projections = spawn(process.execPath, [program], { env: projectionsEnv(), stdio: 'inherit' });
  const head = log.at(-1)?.position ?? 0n;
  await vi.waitFor(
    async () => {
      const { rows } = await pool.raw<{ rows: { position: bigint }[] }>(
        'SELECT position FROM record.checkpoint',
      );
      expect(rows[0]?.position).toBeGreaterThanOrEqual(head);
    },
    { timeout: 60_000, interval: 50 },
  );
  stores = { eventStore, database: sqlSourceOf(pool), verifierKey: key.verifierKey, anchorDirectory };
});

afterAll(async () => {
  projections.kill('SIGTERM');
  await once(projections, 'exit');
  await pool.destroy();
  await Promise.all([database.drop(), recorded.remove()]);
});

const program = fileURLToPath(new URL('../../../projections/dist/main.js', import.meta.url));
const projectionsEnv = () => ({
  ...process.env,
  HOST: '127.0.0.1',
  PORT: '0',
  EVENTSTORE_URL: recorded.connectionString,
  DATABASE_URL: database.url,
  VERBATIM_MASTER_KEY: Buffer.alloc(32, 'verbatim-test-key').toString('base64'),
  LOG_LEVEL: 'silent',
});

const firstFault = async (verified: Partial<VerifiedStores> = {}): Promise<StoresFault | undefined> =>
  (await verifyStores({ ...stores, ...verified })).faults[0];

const seeds = { numRuns: 60 };
const anyEvent = () => fc.nat({ max: log.length - 1 });
const at = (index: number): RecordedEvent => recorded.at(index);

describe('stores as they were written', () => {
  it('verify, with every note that was signed about them', async () => {
    expect(await verifyStores(stores)).toEqual({
      faults: [],
      events: log.length,
      organizations: 2,
      notesHeld: 2,
      anchorsHeld: 1,
      notesOfOtherKeys: 0,
      logUntil: String(at(log.length - 1).position),
      recordUntil: String(at(log.length - 1).position),
    });
  });
});

describe('a log that was changed', () => {
  const flip = (text: string, position: number): string => {
    const index = position % text.length;
    return text.slice(0, index) + (text[index] === 'x' ? 'y' : 'x') + text.slice(index + 1);
  };
  const changes: Record<string, (event: RecordedEvent, position: number) => RecordedEvent> = {
    data: (event, position) => ({ ...event, data: { changed: flip(canonicalJson(event.data), position) } }),
    id: (event) => ({ ...event, id: newId() }),
    stream: (event, position) => ({ ...event, stream: `${event.stream}${position}` }),
    type: (event, position) => ({ ...event, type: flip(event.type, position) }),
    revision: (event) => ({ ...event, revision: event.revision + 1n }),
    created: (event) => ({ ...event, created: new Date(event.created.getTime() + 1) }),
  };

  it('is found out at the position of the event, whatever of it was changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyEvent(),
        fc.constantFrom(...Object.keys(changes)),
        fc.nat(),
        async (index, what, where) => {
          const changed = changes[what]?.(at(index), where) ?? at(index);
          const fault = await firstFault({ eventStore: recorded.rewritten(log.with(index, changed)) });
          expect([what, fault?.position]).toEqual([what, at(index).position.toString()]);
        },
      ),
      seeds,
    );
  });

  it('is found out where an event was deleted, inserted or put elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvent(), anyEvent(), async (index, elsewhere) => {
        const without = log.toSpliced(index, 1);
        const organizationOf = (event: RecordedEvent) => isOf(recorded.one, event);
        const next = log.findIndex(
          (event, after) => after > index && organizationOf(event) === organizationOf(at(index)),
        );
        const deleted = await firstFault({ eventStore: recorded.rewritten(without) });
        expect(deleted).toBeDefined();
        if (next !== -1) expect(deleted?.position).toBe(at(next).position.toString());
        const moved = recorded.rewritten(without.toSpliced(elsewhere, 0, at(index)));
        if (organizationOf(at(index)) !== organizationOf(at(elsewhere)) || index === elsewhere) return;
        expect(await firstFault({ eventStore: moved })).toBeDefined();
        const doubled = recorded.rewritten(log.toSpliced(index, 0, { ...at(index), id: newId() }));
        expect((await firstFault({ eventStore: doubled }))?.position).toBe(at(index).position.toString());
      }),
      seeds,
    );
  });

  it('is found out by its signed notes alone, when the record was made anew from it', async () => {
    const events = log.filter((event) => isOf(recorded.other, event));
    const changed = log.with(log.indexOf(at(2)), at(2)).with(log.indexOf(events[5] ?? at(0)), {
      ...(events[5] ?? at(0)),
      type: 'Rewritten',
    });
    const fault = await firstFault({ database: undefined, eventStore: recorded.rewritten(changed) });
    expect(fault?.organizationId).toBe(recorded.other);
    expect(fault?.what).toContain('are not those that were signed');
  });

  it('is found out when it was rolled back behind a note that is kept elsewhere', async () => {
    const fault = await firstFault({
      database: undefined,
      eventStore: recorded.rewritten(log.slice(0, -messagesPerVisit - 10)),
    });
    expect(fault?.lost).toMatchObject({ organizationId: recorded.other, signed: messagesPerVisit + 1 });
  });
});

describe('a record that was changed', () => {
  /** As somebody with all rights over the database does, who first has to get the guards out of the way. */
  async function tampered(table: string, statement: string, back: string): Promise<StoresFault | undefined> {
    const disarmed = (sql: string): Promise<unknown> =>
      pool.transaction(async (transaction) => {
        const guard =
          table === 'tree' ? [] : [`ALTER TABLE record.${table} DISABLE TRIGGER ${table}_is_kept`];
        for (const each of [...guard, sql]) await transaction.raw(each);
        if (table !== 'tree')
          await transaction.raw(`ALTER TABLE record.${table} ENABLE ALWAYS TRIGGER ${table}_is_kept`);
      });
    await disarmed(`CREATE TABLE saved AS SELECT * FROM record.${table}; ${statement}`);
    const fault = await firstFault();
    await disarmed(`${back}; DROP TABLE saved`);
    return fault;
  }
  const putBack = (table: string): string =>
    `TRUNCATE record.${table}; INSERT INTO record.${table} SELECT * FROM saved`;

  const columns: readonly (readonly [string, string])[] = [
    ['event_id', 'gen_random_uuid()'],
    ['stream', `stream || '0'`],
    ['revision', 'revision + 1'],
    ['type', `type || 's'`],
    ['created', `created + interval '1 ms'`],
    ['horizon', `horizon + interval '1 ms'`],
    ['actor_id', 'gen_random_uuid()'],
    ['room_id', 'gen_random_uuid()'],
    ['entity_type', `entity_type || 's'`],
    ['entity_id', 'gen_random_uuid()'],
    ['day', `'2026-11-23'`],
    ['author_id', 'gen_random_uuid()'],
    ['data', `overlay(data placing 'x' from 3 for 1)`],
    ['metadata', `overlay(metadata placing 'x' from 3 for 1)`],
    ['data_sha256', 'set_byte(data_sha256, 31, get_byte(data_sha256, 31) # 1)'],
    ['metadata_sha256', 'set_byte(metadata_sha256, 0, get_byte(metadata_sha256, 0) # 128)'],
    ['leaf_hash', 'set_byte(leaf_hash, 7, get_byte(leaf_hash, 7) # 4)'],
  ];

  it('names the event of which a row was changed, whatever of it', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvent(), fc.constantFrom(...columns), async (index, [column, value]) => {
        const { position } = at(index);
        const change = `UPDATE record.event SET ${column} = ${value} WHERE position = ${position}`;
        const fault = await tampered('event', change, putBack('event'));
        expect([column, fault?.position, fault?.what]).toEqual([
          column,
          position.toString(),
          `${column} in record.event is not what the log says`,
        ]);
      }),
      { numRuns: 40 },
    );
  });

  it('names the event that completes a node that was changed', async () => {
    const change = `UPDATE record.node SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1)
      WHERE organization_id = '${recorded.one}' AND level = 4 AND index = 1`;
    const fault = await tampered('node', change, putBack('node'));
    expect(fault?.what).toBe('hash in record.node is not what the log says');
    const ofOne = log.filter((event) => isOf(recorded.one, event));
    expect(fault?.position).toBe(ofOne[31]?.position.toString());
  });

  it.each([
    ['event', `DELETE FROM record.event WHERE leaf_index = 7`],
    ['event', `DELETE FROM record.event WHERE leaf_index > 30`],
    [
      'event',
      `INSERT INTO record.event SELECT (jsonb_populate_record(e, '{"leaf_index": 999}')).* FROM record.event AS e WHERE leaf_index = 3`,
    ],
    [
      'event',
      `UPDATE record.event SET leaf_index = 1000 WHERE leaf_index = 3; UPDATE record.event SET leaf_index = 3 WHERE leaf_index = 4; UPDATE record.event SET leaf_index = 4 WHERE leaf_index = 1000`,
    ],
    ['node', `DELETE FROM record.node WHERE level = 5`],
    [
      'node',
      `INSERT INTO record.node SELECT organization_id, level, index + 100, hash FROM record.node WHERE level = 5`,
    ],
    ['participant', `UPDATE record.participant SET role = 'member'`],
    ['participant', `DELETE FROM record.participant`],
    [
      'participant',
      `INSERT INTO record.participant SELECT organization_id, room_id, user_id, 5, role FROM record.participant`,
    ],
    ['tree', `UPDATE record.tree SET size = size - 1`],
    ['tree', `UPDATE record.tree SET active_size = active_size - 1`],
    ['tree', `UPDATE record.tree SET published_size = size WHERE published_size > 0`],
    ['tree', `UPDATE record.tree SET published_size = size WHERE published_size = 0`],
    ['tree', `DELETE FROM record.tree`],
  ])('is found out: %s, %s', async (table, statement) => {
    expect(await tampered(table, statement, putBack(table))).toBeDefined();
    expect(await firstFault()).toBeUndefined();
  });

  it('is compared as far as it has rows, wherever its checkpoint was set to', async () => {
    const { position } = at(3);
    const fault = await tampered(
      'event',
      `UPDATE record.event SET type = 'Rewritten' WHERE position = ${position};
       UPDATE record.checkpoint SET position = 0`,
      `${putBack('event')}; UPDATE record.checkpoint SET position = ${at(log.length - 1).position}`,
    );
    expect(fault?.position).toBe(position.toString());
  });
});
