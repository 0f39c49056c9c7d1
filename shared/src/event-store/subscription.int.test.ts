import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  freshEventStore,
  freshEventStoreProcess,
  type EventStoreProcess,
  type FreshEventStore,
} from '@verbatim/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { NewEvent } from './append.ts';
import { connectEventStore, type EventStore } from './event-store.ts';
import { ImplausiblePositionError } from './faults.ts';
import type { RecordedEvent } from './recorded-event.ts';
import type { AllSubscription } from './subscription.ts';

const patience = { timeout: 30_000 };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Connected<Server> {
  readonly server: Server;
  readonly store: EventStore;
  readonly signal: AbortSignal;
}

function connected<Server extends FreshEventStore>(server: Server): Connected<Server> {
  const store = connectEventStore({ url: server.connectionString, logger: { warn: () => undefined } });
  const abort = new AbortController();
  ends.push(
    () => server.stop(),
    () => store.close(),
    () => abort.abort(),
  );
  return { server, store, signal: abort.signal };
}

const event = (n: number): NewEvent => ({ id: randomUUID(), type: 'Happened', data: { n }, metadata: {} });

async function append(store: EventStore, stream: string, events: readonly NewEvent[]): Promise<void> {
  const result = await store.append(stream, events, { expectedRevision: 'any' });
  if (result.status !== 'appended') throw new Error(result.status, { cause: result });
}

/** Appends until it is known to be stored, as a command handler would. */
async function appendSurely(store: EventStore, stream: string, events: readonly NewEvent[]): Promise<void> {
  await vi.waitFor(() => append(store, stream, events), { ...patience, interval: 20 });
}

async function eventsUntil(subscription: AllSubscription, count: number): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  while (events.length < count) {
    const batch = await subscription.nextBatch(1_000);
    if (batch === undefined) throw new Error('the subscription ended');
    events.push(...batch.events);
  }
  return events;
}

const numbersOf = (events: readonly RecordedEvent[]): unknown[] =>
  events.map(({ data }) => (data as { n: number }).n);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('a subscription', () => {
  it('hands over what is there, says so, and goes on with what comes', async () => {
    const { store, signal } = connected(await freshEventStore());
    await append(store, 'room-1', [event(0), event(1)]);
    await append(store, 'other-1', [event(99)]);
    await append(store, 'message-1', [event(2)]);
    const items: unknown[] = [];
    let appending: Promise<void> | undefined;
    for await (const item of store.subscribeToAll({
      fromPosition: 'start',
      streamPrefixes: ['room-', 'message-'],
      signal,
    })) {
      if (item.kind === 'event') items.push((item.event.data as { n: number }).n);
      if (item.kind === 'caught-up') {
        items.push('caught-up');
        appending = append(store, 'room-1', [event(3)]);
      }
      if (items.length === 5) break;
    }
    await appending;
    expect(items).toEqual([0, 1, 2, 'caught-up', 3]);
  });

  it('hands over what is new, fast', async () => {
    const { store, signal } = connected(await freshEventStore());
    const subscription = store.subscribeToAll({ fromPosition: 'end', streamPrefixes: ['room-'], signal });
    await vi.waitFor(async () => expect((await subscription.nextBatch(1))?.isCaughtUp).toBe(true), patience);
    const appendsMs: number[] = [];
    const delaysMs: number[] = [];
    for (let n = 0; n < 50; n += 1) {
      const startedAt = performance.now();
      await append(store, 'room-1', [event(n)]);
      const appendedAt = performance.now();
      await eventsUntil(subscription, 1);
      appendsMs.push(appendedAt - startedAt);
      delaysMs.push(performance.now() - appendedAt);
    }
    const median = (durationsMs: number[]) => durationsMs.toSorted((a, b) => a - b)[25] ?? Infinity;
    // On a machine that is busy with something else the appends themselves tell what fast is.
    expect(median(delaysMs)).toBeLessThan(Math.max(20, 2 * median(appendsMs)));
  });

  it('begins after a given position, or at the end', async () => {
    const { store, signal } = connected(await freshEventStore());
    await append(store, 'room-1', upTo(10).map(event));
    const [fourth] = await eventsUntil(
      store.subscribeToAll({ fromPosition: 'start', streamPrefixes: ['room-'], signal }),
      10,
    ).then((events) => events.slice(3));
    if (fourth === undefined) throw new Error('nothing was read');
    const after = store.subscribeToAll({ fromPosition: fourth.position, streamPrefixes: ['room-'], signal });
    expect(numbersOf(await eventsUntil(after, 6))).toEqual([4, 5, 6, 7, 8, 9]);
    const atEnd = store.subscribeToAll({ fromPosition: 'end', streamPrefixes: ['room-'], signal });
    await vi.waitFor(() => expect(atEnd.state.isConnected).toBe(true), patience);
    await append(store, 'room-1', [event(10)]);
    expect(numbersOf(await eventsUntil(atEnd, 1))).toEqual([10]);
  });

  it('holds back the server when its consumer is slow', async () => {
    const { store, signal } = connected(await freshEventStore());
    for (let part = 0; part < 20; part += 1)
      await append(
        store,
        'room-1',
        upTo(250).map((n) => event(part * 250 + n)),
      );
    const subscription = store.subscribeToAll({
      fromPosition: 'start',
      streamPrefixes: ['room-'],
      signal,
      maxBufferedEvents: 50,
      maxBufferedBytes: 20_000,
    });
    const events: RecordedEvent[] = [];
    let largestBatch = 0;
    while (events.length < 5_000) {
      await new Promise((resolve) => setImmediate(resolve));
      const batch = await subscription.nextBatch(10_000);
      largestBatch = Math.max(largestBatch, batch?.events.length ?? 0);
      events.push(...(batch?.events ?? []));
    }
    expect(numbersOf(events)).toEqual(upTo(5_000));
    expect(largestBatch).toBeLessThanOrEqual(51);
  });

  it('moves on past the events of others', async () => {
    const { store, signal } = connected(await freshEventStore());
    await append(store, 'room-1', [event(0)]);
    for (let part = 0; part < 4; part += 1) await append(store, 'other-1', upTo(500).map(event));
    const subscription = store.subscribeToAll({ fromPosition: 'start', streamPrefixes: ['room-'], signal });
    const [only] = await eventsUntil(subscription, 1);
    const head = (await store.head()) ?? 0n;
    await vi.waitFor(async () => {
      const batch = await subscription.nextBatch(10);
      expect(batch?.position).toBeGreaterThan(only?.position ?? head);
    }, patience);
    expect(subscription.state.position).toBeLessThanOrEqual(head);
  });

  it('ends by its signal alone, and cleanly', async () => {
    const { store, signal } = connected(await freshEventStore());
    const abort = new AbortController();
    const subscription = store.subscribeToAll({
      fromPosition: 'start',
      streamPrefixes: ['room-'],
      signal: AbortSignal.any([signal, abort.signal]),
    });
    await vi.waitFor(() => expect(subscription.state.isConnected).toBe(true), patience);
    abort.abort();
    await vi.waitFor(async () => expect(await subscription.nextBatch(10)).toBeUndefined(), patience);
    expect(subscription.state.isConnected).toBe(false);
  });

  it('fails when the log was replaced by a shorter one', async () => {
    const { server, store, signal } = connected(await freshEventStore());
    await append(store, 'room-1', upTo(5).map(event));
    const subscription = store.subscribeToAll({ fromPosition: 'start', streamPrefixes: ['room-'], signal });
    await eventsUntil(subscription, 5);
    await server.stop();
    for (const file of await readdir(server.directory))
      await rm(path.join(server.directory, file), { recursive: true });
    await server.start();
    const toTheEnd = async (): Promise<void> => {
      while ((await subscription.nextBatch(10)) !== undefined);
    };
    await expect(toTheEnd()).rejects.toThrow(ImplausiblePositionError);
  });
});

describe('over a store that fails, a subscription', () => {
  const underLoad = async (fail: (server: EventStoreProcess) => Promise<void>): Promise<void> => {
    const { server, store, signal } = connected(await freshEventStoreProcess());
    const subscription = store.subscribeToAll({ fromPosition: 'start', streamPrefixes: ['room-'], signal });
    const total = 400;
    let failing: Promise<void> | undefined;
    const writing = (async () => {
      for (let n = 0; n < total; n += 1) {
        await appendSurely(store, `room-${n % 7}`, [event(n)]);
        if (n === 100) failing = fail(server);
      }
    })();
    const seen = await eventsUntil(subscription, total);
    await Promise.all([writing, failing]);
    expect(numbersOf(seen).toSorted((a, b) => Number(a) - Number(b))).toEqual(upTo(total));
    expect(seen.map(({ position }) => position)).toEqual(
      seen.map(({ position }) => position).toSorted((a, b) => (a < b ? -1 : 1)),
    );
    expect(subscription.state.drops).toBeGreaterThan(0);
  };

  it('misses nothing and repeats nothing when it is killed', async () => {
    await underLoad(async (server) => {
      await server.kill();
      await server.start();
    });
  });

  it('misses nothing and repeats nothing when it is restarted', async () => {
    await underLoad(async (server) => {
      await server.stop();
      await server.start();
    });
  });

  it('goes on when it was paused, while no append waits longer than its time', async () => {
    const { server, store, signal } = connected(await freshEventStoreProcess());
    const subscription = store.subscribeToAll({ fromPosition: 'start', streamPrefixes: ['room-'], signal });
    await append(store, 'room-1', [event(0)]);
    await eventsUntil(subscription, 1);
    process.kill(server.pid(), 'SIGSTOP');
    const late = event(1);
    const startedAt = performance.now();
    const outcome = await store.append('room-1', [late], { expectedRevision: 0n, timeoutMs: 500 });
    expect(outcome.status).toBe('unknown');
    expect(performance.now() - startedAt).toBeLessThan(4_000); // of the five seconds that an append waits otherwise
    process.kill(server.pid(), 'SIGCONT');
    await appendSurely(store, 'room-1', [late]);
    await appendSurely(store, 'room-1', [event(2)]);
    expect(numbersOf(await eventsUntil(subscription, 2))).toEqual([1, 2]);
  });
});
