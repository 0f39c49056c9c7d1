import { randomUUID } from 'node:crypto';
import { freshEventStore, type FreshEventStore } from '@verbatim/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewEvent } from './append.ts';
import { connectEventStore, type EventStore } from './event-store.ts';
import { EventStoreFault } from './faults.ts';

let server: FreshEventStore;
let store: EventStore;

beforeAll(async () => {
  server = await freshEventStore();
  store = connectEventStore({ url: server.connectionString, logger: { warn: () => undefined } });
});

afterAll(async () => {
  await store.close();
  await server.stop();
});

const event = (n: number, data: NewEvent['data'] = {}): NewEvent => ({
  id: randomUUID(),
  type: 'Happened',
  data: { n, ...data },
  metadata: { roomId: 'r' },
});
const events = (count: number): NewEvent[] => Array.from({ length: count }, (_, n) => event(n));
const newStream = (): string => `room-${randomUUID()}`;

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const result: Item[] = [];
  for await (const item of items) result.push(item);
  return result;
}

describe('an append', () => {
  it('answers with the revision and position of its last event', async () => {
    const stream = newStream();
    const first = await store.append(stream, events(3), { expectedRevision: 'no-stream' });
    expect(first).toMatchObject({ status: 'appended', revision: 2n });
    const [last] = await all(store.readStream(stream, { direction: 'backwards', maxCount: 1 }));
    expect(first).toMatchObject({ position: last?.position });
    expect(await store.append(stream, [event(3)], { expectedRevision: 2n })).toMatchObject({ revision: 3n });
  });

  it('of what is stored already answers as at first and stores nothing', async () => {
    const stream = newStream();
    const written = events(2);
    const first = await store.append(stream, written, { expectedRevision: 'no-stream' });
    expect(await store.append(stream, written, { expectedRevision: 'no-stream' })).toEqual(first);
    expect(await store.streamHead(stream)).toBe(1n);
  });

  it('at a wrong revision tells the actual one', async () => {
    const stream = newStream();
    expect(await store.append(stream, [event(1)], { expectedRevision: 4n })).toEqual({
      status: 'wrong-revision',
      actual: 'no-stream',
    });
    await store.append(stream, events(2), { expectedRevision: 'any' });
    expect(await store.append(stream, [event(1)], { expectedRevision: 'no-stream' })).toEqual({
      status: 'wrong-revision',
      actual: 1n,
    });
  });

  it('keeps the order in which the calls were made, also of the very first ones', async () => {
    const cold = connectEventStore({ url: server.connectionString, logger: { warn: () => undefined } });
    const stream = newStream();
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        cold.append(stream, [event(n)], { expectedRevision: n === 0 ? 'no-stream' : BigInt(n - 1) }),
      ),
    );
    expect(results.filter(({ status }) => status !== 'appended')).toEqual([]);
    await cold.close();
  });

  it('stores the canonical form, whatever the order of the keys', async () => {
    const stream = newStream();
    const unordered = { b: 1, a: { d: 'é\u2028', c: 1e21 } };
    await store.append(stream, [{ ...event(0), data: unordered, metadata: unordered }], {
      expectedRevision: 'any',
    });
    const [stored] = await all(store.readStream(stream));
    const canonical = '{"a":{"c":1e+21,"d":"é\u2028"},"b":1}';
    expect(JSON.stringify(stored?.data)).toBe(canonical);
    expect(JSON.stringify(stored?.metadata)).toBe(canonical);
  });

  it.each([
    ['a BigInt', { n: 1n }],
    ['a number that is none', { n: NaN }],
    ['numbers as keys that would change their order', { 10: 1, 9: 2 }],
  ])('refuses %s before anything is sent', async (_, data) => {
    const stream = newStream();
    await expect(
      store.append(stream, [{ ...event(0), data }], { expectedRevision: 'any' }),
    ).rejects.toThrow();
    expect(await store.streamHead(stream)).toBeUndefined();
  });

  it('refuses a cycle before anything is sent', async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    await expect(
      store.append(newStream(), [{ ...event(0), data: cyclic }], { expectedRevision: 'any' }),
    ).rejects.toThrow();
  });

  it('refuses more than the store takes', async () => {
    const tooLarge = store.append(newStream(), [event(0, { text: 'x'.repeat(1024 * 1024) })], {
      expectedRevision: 'any',
    });
    await expect(tooLarge).rejects.toThrow(EventStoreFault);
  });
});

describe('a read', () => {
  it('of a stream crosses pages, in both directions, from anywhere, up to a bound', async () => {
    const stream = newStream();
    for (let part = 0; part < 5; part += 1)
      await store.append(stream, events(500), { expectedRevision: 'any' });
    const revisions = async (options: Parameters<EventStore['readStream']>[1]): Promise<bigint[]> =>
      (await all(store.readStream(stream, options))).map(({ revision }) => revision);
    const ascending = Array.from({ length: 2_500 }, (_, n) => BigInt(n));
    expect(await revisions({})).toEqual(ascending);
    expect(await revisions({ direction: 'backwards' })).toEqual(ascending.toReversed());
    expect(await revisions({ fromRevision: 1_999n })).toEqual(ascending.slice(1_999));
    expect(await revisions({ fromRevision: 2n, direction: 'backwards' })).toEqual([2n, 1n, 0n]);
    expect(await revisions({ maxCount: 1_234 })).toEqual(ascending.slice(0, 1_234));
    expect(await revisions({ maxCount: 0 })).toEqual([]);
    expect(await revisions({ fromRevision: 2_500n })).toEqual([]);
  });

  it('of a stream that does not exist gives nothing', async () => {
    expect(await all(store.readStream(newStream()))).toEqual([]);
    expect(await store.streamHead(newStream())).toBeUndefined();
  });

  it('gives everything that was stored', async () => {
    const stream = newStream();
    const written = event(7, { text: 'Grüße 🙂' });
    const before = Date.now();
    await store.append(stream, [written], { expectedRevision: 'no-stream' });
    const [stored] = await all(store.readStream(stream));
    expect(stored).toMatchObject({ ...written, stream, revision: 0n });
    expect(typeof stored?.position).toBe('bigint');
    expect(Math.abs((stored?.created.getTime() ?? 0) - before)).toBeLessThan(30_000);
  });

  it('may be left early, many times over, and leaves nothing open', async () => {
    const other = connectEventStore({ url: server.connectionString, logger: { warn: () => undefined } });
    const stream = newStream();
    await store.append(stream, events(500), { expectedRevision: 'any' });
    for (let round = 0; round < 50; round += 1) {
      for await (const { revision } of other.readStream(stream)) if (revision === 3n) break;
      await other.head();
    }
    const closedAt = performance.now();
    await other.close();
    expect(performance.now() - closedAt).toBeLessThan(1_900); // a call that is still open is waited for, two seconds
  });

  it('of $all goes strictly beyond a position and takes the wanted streams alone', async () => {
    const prefix = `room-${randomUUID()}`;
    const start = await store.head();
    for (const stream of [`${prefix}-a`, newStream(), `${prefix}-b`])
      await store.append(stream, events(2), { expectedRevision: 'any' });
    const streamsOf = async (options: Parameters<EventStore['readAll']>[0]): Promise<string[]> =>
      (await all(store.readAll({ streamPrefixes: [prefix], ...options }))).map(
        ({ stream }) => stream.at(-1) ?? '',
      );
    expect(await streamsOf({ ...(start !== undefined && { fromPosition: start }) })).toEqual([
      'a',
      'a',
      'b',
      'b',
    ]);
    expect(await streamsOf({ direction: 'backwards' })).toEqual(['b', 'b', 'a', 'a']);
    const [first] = await all(store.readAll({ streamPrefixes: [prefix], maxCount: 1 }));
    if (first === undefined) throw new Error('nothing was read');
    expect(await streamsOf({ fromPosition: first.position })).toEqual(['a', 'b', 'b']);
    expect(await streamsOf({ fromPosition: first.position, direction: 'backwards' })).toEqual([]);
  });
});

describe('the head', () => {
  it('of some streams is found behind the events of others', async () => {
    const prefix = `room-${randomUUID()}`;
    expect(await store.newestSince([prefix], undefined)).toMatchObject({
      newest: undefined,
      isConclusive: true,
    });
    const appended = await store.append(`${prefix}-a`, events(3), { expectedRevision: 'any' });
    if (appended.status !== 'appended') throw new Error(appended.status);
    await store.append(newStream(), events(100), { expectedRevision: 'any' });
    const head = await store.head();
    expect(await store.newestSince([prefix], undefined)).toEqual({
      head,
      newest: appended.position,
      isConclusive: true,
    });
    expect(await store.newestSince([prefix], appended.position)).toEqual({
      head,
      newest: undefined,
      isConclusive: true,
    });
  });
});
