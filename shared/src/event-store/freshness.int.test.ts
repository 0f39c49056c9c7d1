import { randomUUID } from 'node:crypto';
import { freshEventStore, freshEventStoreProcess } from '@verbatim/testing';
import { describe, expect, it, vi } from 'vitest';
import { connectEventStore, type EventStore } from './event-store.ts';
import { createFreshnessProbe, type FreshnessProbe } from './freshness.ts';

const streamPrefixes = ['room-'];
const patience = { timeout: 30_000, interval: 10 };

/** Until the picture is known to have been complete at that moment or later, however long a look takes. */
const isCompleteSince = (probe: FreshnessProbe, sinceMs: number): Promise<void> =>
  vi.waitFor(
    async () => expect(await probe.refresh()).toBeLessThanOrEqual(performance.now() - sinceMs),
    patience,
  );
const isOlderThan = (probe: FreshnessProbe, ageMs: number): Promise<void> =>
  vi.waitFor(() => expect(probe.ageMs()).toBeGreaterThan(ageMs), patience);

async function append(store: EventStore, stream: string): Promise<bigint> {
  const result = await store.append(
    stream,
    [{ id: randomUUID(), type: 'Happened', data: {}, metadata: {} }],
    {
      expectedRevision: 'any',
    },
  );
  if (result.status !== 'appended') throw new Error(result.status);
  return result.position;
}

describe('the age of a picture of the log', () => {
  it('is small once all was taken in, and unknown before', async () => {
    const server = await freshEventStore();
    const store = connectEventStore({ url: server.connectionString, logger: { warn: () => undefined } });
    const abort = new AbortController();
    let applied: bigint | undefined;
    const probe = createFreshnessProbe({
      eventStore: store,
      streamPrefixes,
      appliedPosition: () => applied,
      signal: abort.signal,
    });
    const position = await append(store, 'room-1');
    await append(store, 'other-1');

    expect(await probe.refresh()).toBe(Infinity);
    applied = position - 1n;
    const lookedAt = performance.now();
    expect(await probe.refresh()).toBe(Infinity);
    applied = position;
    expect(probe.ageMs()).toBeLessThanOrEqual(performance.now() - lookedAt);

    await append(store, 'other-1');
    await isCompleteSince(probe, performance.now());
    applied = await append(store, 'room-1');
    await isCompleteSince(probe, performance.now());

    abort.abort();
    await store.close();
    await server.stop();
  });

  it('grows while the store is silent, and while something was not taken in', async () => {
    const server = await freshEventStoreProcess();
    const store = connectEventStore({ url: server.connectionString, logger: { warn: () => undefined } });
    const abort = new AbortController();
    let applied = await append(store, 'room-1');
    const probe = createFreshnessProbe({
      eventStore: store,
      streamPrefixes,
      appliedPosition: () => applied,
      signal: abort.signal,
    });
    await isCompleteSince(probe, performance.now());
    const missed = await append(store, 'room-2');
    await isOlderThan(probe, 1_000);
    applied = missed;
    await isCompleteSince(probe, performance.now());

    process.kill(server.pid(), 'SIGSTOP');
    await isOlderThan(probe, 1_000);
    process.kill(server.pid(), 'SIGCONT');
    await isCompleteSince(probe, performance.now());

    abort.abort();
    await store.close();
    await server.stop();
  });
});
