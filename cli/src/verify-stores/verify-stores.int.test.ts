import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  canonicalJson,
  checkpointKeyFromSeed,
  connectEventStore,
  createLogger,
  createPool,
  EventStoreFault,
  GrowingTree,
  leafEntry,
  leafHash,
  newId,
  originOf,
  recordEntry,
  signCheckpoint,
  sqlSourceOf,
  streamOf,
  streamPrefixes,
  type Database,
  type EventStore,
  type RecordedEvent,
} from '@verbatim/shared';
import { emptyRoot } from '@verbatim/shared/record-hash';
import { freshDatabase, freshEventStore, type FreshDatabase, type FreshEventStore } from '@verbatim/testing';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { verifyStores, type StoresFault, type VerifiedStores } from './verify-stores.ts';

const key = checkpointKeyFromSeed('verbatim.test', randomBytes(32));
const [one, other] = [newId(), newId()];
const messagesPerOrganization = 40;

let database: FreshDatabase;
let store: FreshEventStore;
let eventStore: EventStore;
let pool: Database;
let projections: ChildProcess;
let anchorDirectory: string;
let stores: VerifiedStores;
let log: RecordedEvent[];

beforeAll(async () => {
  [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  anchorDirectory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-anchors-'));
  const logger = createLogger({ name: 'test', level: 'silent' });
  eventStore = connectEventStore({ url: store.connectionString, logger });
  pool = createPool(database.url, { applicationName: 'test' });
  for (const organizationId of [one, other]) await happen(organizationId);
  await publish(one);
  await happen(one);
  await anchor(other);
  log = await readLog();
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
  await Promise.all([pool.destroy(), eventStore.close()]);
  await Promise.all([database.drop(), store.stop(), rm(anchorDirectory, { recursive: true, force: true })]);
});

const program = fileURLToPath(new URL('../../../projections/dist/main.js', import.meta.url));
const projectionsEnv = () => ({
  ...process.env,
  HOST: '127.0.0.1',
  PORT: '0',
  EVENTSTORE_URL: store.connectionString,
  DATABASE_URL: database.url,
  VERBATIM_MASTER_KEY: Buffer.alloc(32, 'verbatim-test-key').toString('base64'),
  LOG_LEVEL: 'silent',
});

/** Somebody comes into a room and says something; what is said need not be readable to be on the record. */
async function happen(organizationId: string): Promise<void> {
  const [roomId, userId] = [newId(), newId()];
  const append = (stream: string, type: string, data: object) =>
    eventStore.append(
      stream,
      [{ id: newId(), type, data: { ...data }, metadata: { actorId: userId, organizationId, roomId } }],
      { expectedRevision: 'any' },
    );
  await append(streamOf.room(roomId), 'ParticipantJoined', { role: 'admin', roomId, userId });
  for (let count = 0; count < messagesPerOrganization; count += 1) {
    const messageId = newId();
    const sent = {
      authorId: userId,
      day: '2026-11-22',
      messageId,
      roomId,
      sealed: randomBytes(30).toString('hex'),
    };
    await append(streamOf.message(messageId), 'MessageSent', sent);
  }
}

async function readLog(): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of eventStore.readAll({ streamPrefixes })) events.push(event);
  return events;
}

async function noteOver(organizationId: string): Promise<{ readonly size: number; readonly note: string }> {
  const tree = new GrowingTree(0, []);
  for (const event of await readLog())
    if (canonicalJson(event.metadata).includes(organizationId))
      tree.append(leafHash(leafEntry(recordEntry(event).stored)));
  const origin = originOf(key, organizationId);
  return { size: tree.size, note: signCheckpoint({ origin, size: tree.size, root: tree.root() }, key) };
}

async function publish(organizationId: string): Promise<void> {
  const { size, note } = await noteOver(organizationId);
  await eventStore.append(
    streamOf.audit(organizationId),
    [
      {
        id: newId(),
        type: 'CheckpointPublished',
        data: { note, treeSize: size },
        metadata: { organizationId },
      },
    ],
    { expectedRevision: 'any' },
  );
}

async function anchor(organizationId: string): Promise<void> {
  const { size, note } = await noteOver(organizationId);
  await keep(anchorDirectory, organizationId, { [size]: note });
}

/** Notes by their size, as an instance keeps them. */
async function keep(
  directory: string,
  organizationId: string,
  notes: Readonly<Record<number, string>>,
): Promise<void> {
  const folder = path.join(directory, 'checkpoints', organizationId, '2026-11-22');
  await mkdir(folder, { recursive: true });
  for (const [size, note] of Object.entries(notes))
    await writeFile(path.join(folder, `${size.padStart(16, '0')}.note`), note);
}

const firstFault = async (verified: Partial<VerifiedStores> = {}): Promise<StoresFault | undefined> =>
  (await verifyStores({ ...stores, ...verified })).faults[0];

/** A store whose files somebody has changed: it reads as that somebody wants. */
const rewritten = (events: readonly RecordedEvent[]): EventStore => ({
  ...eventStore,
  readAll: async function* () {
    for (const event of events) yield await Promise.resolve(event);
  },
});

const seeds = { numRuns: 60 };
const anyEvent = () => fc.nat({ max: log.length - 1 });
const at = (index: number): RecordedEvent => {
  const event = log[index];
  if (event === undefined) throw new RangeError(`no event ${index}`);
  return event;
};

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
          const fault = await firstFault({ eventStore: rewritten(log.with(index, changed)) });
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
        const organizationOf = (event: RecordedEvent) => canonicalJson(event.metadata).includes(one);
        const next = log.findIndex(
          (event, after) => after > index && organizationOf(event) === organizationOf(at(index)),
        );
        const deleted = await firstFault({ eventStore: rewritten(without) });
        expect(deleted).toBeDefined();
        if (next !== -1) expect(deleted?.position).toBe(at(next).position.toString());
        const moved = rewritten(without.toSpliced(elsewhere, 0, at(index)));
        if (organizationOf(at(index)) !== organizationOf(at(elsewhere)) || index === elsewhere) return;
        expect(await firstFault({ eventStore: moved })).toBeDefined();
        const doubled = rewritten(log.toSpliced(index, 0, { ...at(index), id: newId() }));
        expect((await firstFault({ eventStore: doubled }))?.position).toBe(at(index).position.toString());
      }),
      seeds,
    );
  });

  it('is found out by its signed notes alone, when the record was made anew from it', async () => {
    const events = log.filter((event) => canonicalJson(event.metadata).includes(other));
    const changed = log.with(log.indexOf(at(2)), at(2)).with(log.indexOf(events[5] ?? at(0)), {
      ...(events[5] ?? at(0)),
      type: 'Rewritten',
    });
    const fault = await firstFault({ database: undefined, eventStore: rewritten(changed) });
    expect(fault?.organizationId).toBe(other);
    expect(fault?.what).toContain('are not those that were signed');
  });

  it('is found out when it was rolled back behind a note that is kept elsewhere', async () => {
    const fault = await firstFault({
      database: undefined,
      eventStore: rewritten(log.slice(0, -messagesPerOrganization - 10)),
    });
    expect(fault?.lost).toMatchObject({ organizationId: other, signed: messagesPerOrganization + 1 });
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
      WHERE organization_id = '${one}' AND level = 4 AND index = 1`;
    const fault = await tampered('node', change, putBack('node'));
    expect(fault?.what).toBe('hash in record.node is not what the log says');
    const ofOne = log.filter((event) => canonicalJson(event.metadata).includes(one));
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

describe('a note that was signed about the stores', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-kept-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const flipped = (note: string, index: number): string => {
    const bytes = Buffer.from(note);
    bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
    return bytes.toString();
  };
  const anyByte = (note: string) => fc.nat({ max: Buffer.byteLength(note) - 1 });
  const verifyLog = (changed: Partial<VerifiedStores>) =>
    verifyStores({ ...stores, database: undefined, anchorDirectory: directory, ...changed });

  it('does not go unheard when a byte of its anchor was flipped and the log rolled back under it', async () => {
    const { size, note } = await noteOver(other);
    const rolledBack = rewritten(log.slice(0, -messagesPerOrganization - 10));
    await fc.assert(
      fc.asyncProperty(anyByte(note), async (index) => {
        await keep(directory, other, { [size]: flipped(note, index) });
        const { faults, notesOfOtherKeys, anchorsHeld } = await verifyLog({ eventStore: rolledBack });
        // Who is said to have signed it may be another now; it is counted, and nothing is held.
        expect([faults.length + notesOfOtherKeys, anchorsHeld]).toEqual([1, 0]);
        const isBody = index < Buffer.byteLength(note.slice(0, note.indexOf('\n\n')));
        if (isBody) expect(faults[0]?.what).toContain('is not as verbatim.test signed it');
      }),
      seeds,
    );
  });

  it('is named by the position of the event when it was changed where it was published', async () => {
    const published = log.findIndex(({ type }) => type === 'CheckpointPublished');
    const { note } = z.object({ note: z.string() }).parse(at(published).data);
    await fc.assert(
      fc.asyncProperty(anyByte(note), async (index) => {
        const data = { note: flipped(note, index), treeSize: 41 };
        const eventStore = rewritten(log.with(published, { ...at(published), data }));
        const { faults, notesOfOtherKeys } = await verifyLog({ eventStore });
        expect(faults.length + notesOfOtherKeys).toBe(1);
        if (faults[0] !== undefined) expect(faults[0].position).toBe(at(published).position.toString());
      }),
      seeds,
    );
  });

  it('is counted and not held when another key signed it', async () => {
    const { verifierKey } = checkpointKeyFromSeed('verbatim.test', randomBytes(32));
    const { faults, notesHeld, notesOfOtherKeys } = await verifyStores({ ...stores, verifierKey });
    expect([faults, notesHeld, notesOfOtherKeys]).toEqual([[], 0, 2]);
  });

  it('over no events at all stands in the way of no other', async () => {
    const { size, note } = await noteOver(other);
    const nothing = (root: Uint8Array) =>
      signCheckpoint({ origin: originOf(key, other), size: 0, root }, key);
    await keep(directory, other, { 0: nothing(emptyRoot), [size]: note });
    expect(await verifyLog({})).toMatchObject({ faults: [], anchorsHeld: 1 });
    await keep(directory, other, { 0: nothing(Buffer.alloc(32)) });
    expect((await verifyLog({})).faults).toMatchObject([
      { what: expect.stringContaining('no events') as unknown },
    ]);
  });

  it('that cannot be read from the log is a fault', async () => {
    const cut: EventStore = {
      ...eventStore,
      readAll: async function* (options) {
        if (options?.streamPrefixes?.length !== streamPrefixes.length)
          throw new EventStoreFault('the event store is damaged', { isRetryable: false });
        yield* eventStore.readAll(options);
      },
    };
    expect((await verifyLog({ eventStore: cut })).faults).toMatchObject([
      { what: expect.stringContaining('cannot be read on: the event store is damaged') as unknown },
    ]);
  });

  it('just now, while the log is being read, is held like any other', async () => {
    const busy: EventStore = {
      ...eventStore,
      readAll: async function* (options) {
        if (options?.streamPrefixes?.length !== streamPrefixes.length) {
          await happen(one);
          await publish(one);
        }
        yield* eventStore.readAll(options);
      },
    };
    expect(await verifyLog({ eventStore: busy })).toMatchObject({ faults: [], notesHeld: 2 });
  });
});
