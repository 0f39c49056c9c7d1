import { randomUUID } from 'node:crypto';
import { freshEventStore, freshEventStoreProcess } from '@verbatim/testing';
import { describe, expect, it, vi } from 'vitest';
import { connectEventStore, type EventStore } from './event-store.ts';
import { createFreshnessProbe } from './freshness.ts';

const streamPrefixes = ['room-'];

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
    expect(await probe.refresh()).toBe(Infinity);
    applied = position;
    expect(probe.ageMs()).toBeLessThan(1_000);

    await append(store, 'other-1');
    await vi.waitFor(() => expect(probe.ageMs()).toBeLessThan(50), { interval: 10, timeout: 2_000 });
    applied = await append(store, 'room-1');
    expect(await probe.refresh()).toBeLessThan(200);

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
    expect(await probe.refresh()).toBeLessThan(200);
    const missed = await append(store, 'room-2');
    await vi.waitFor(() => expect(probe.ageMs()).toBeGreaterThan(1_000), { interval: 50, timeout: 5_000 });
    applied = missed;
    expect(await probe.refresh()).toBeLessThan(200);

    process.kill(server.pid(), 'SIGSTOP');
    await vi.waitFor(() => expect(probe.ageMs()).toBeGreaterThan(1_000), { interval: 50, timeout: 5_000 });
    process.kill(server.pid(), 'SIGCONT');
    await vi.waitFor(() => expect(probe.ageMs()).toBeLessThan(500), { interval: 50, timeout: 20_000 });

    abort.abort();
    await store.close();
    await server.stop();
  });
});
