import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { START } from '@eventstore/db-client';
import { describe, expect, it, vi } from 'vitest';
import { oneEvent, someEvents } from '../testing/events.ts';
import { randomNumbers, rounds, timeLimitMs } from '../testing/rounds.ts';
import { isInstalled, launchStore, runCommand, type StoreProcess } from '../testing/store-process.ts';
import { temporaryDirectory } from '../testing/test-store.ts';

vi.setConfig({ testTimeout: timeLimitMs() });
const hasStrace = isInstalled('strace', 'strace');
const BATCH = 7;
const WRITERS = 8;

/** What writers did until the store died: the ids of each append, in the order in which it was sent, and if it was answered. */
interface Sent {
  readonly ids: string[];
  isAcknowledged: boolean;
}

/** Appends batches until the store is gone. Each writer has one stream and sends without waiting for answers. */
async function writeUntilGone(store: StoreProcess, sent: Sent[]): Promise<void> {
  // The client's first append takes a detour while it connects; the order of the others is that of the calls.
  await store.client.appendToStream('before', oneEvent()).catch(() => undefined);
  let isGone = false;
  void store.exited.then(() => (isGone = true));
  const send = async (stream: string): Promise<void> => {
    const events = someEvents(BATCH);
    const append: Sent = { ids: events.map(({ id }) => id), isAcknowledged: false };
    sent.push(append);
    await store.client.appendToStream(stream, events, { deadline: 5_000 });
    append.isAcknowledged = true;
  };
  const writer = async (n: number): Promise<void> => {
    while (!isGone) await send(`stream-${n}`).catch(() => delay(1));
  };
  await Promise.race([Promise.all(Array.from({ length: WRITERS }, (_, n) => writer(n))), store.exited]);
}

/**
 * Starts the store again and holds what it has after a position against what was sent since.
 * Resolves with the position of the newest event.
 */
async function expectNothingLost(
  directory: string,
  sent: readonly Sent[],
  after: bigint = 0n,
): Promise<bigint> {
  const store = await launchStore({ directory });
  const order: string[] = [];
  let newest = after;
  const fromPosition = after === 0n ? START : { commit: after, prepare: after };
  for await (const { event } of store.client.readAll({ fromPosition })) {
    if (!event || event.position.commit === after) continue;
    order.push(event.id);
    newest = event.position.commit;
  }
  await store.client.dispose();
  await store.kill('SIGTERM');

  const stored = new Set(order);
  expect(stored.size).toBe(order.length);
  for (const { ids, isAcknowledged } of sent) {
    const present = ids.filter((id) => stored.has(id)).length;
    expect(isAcknowledged ? present : present % BATCH, 'events of one append').toBe(
      isAcknowledged ? BATCH : 0,
    );
  }
  // All came over one connection: what is there is a prefix of what was sent, in the same order.
  const ours = new Set(sent.flatMap(({ ids }) => ids));
  const expected = sent.flatMap(({ ids }) => ids).slice(0, order.filter((id) => ours.has(id)).length);
  expect(order.filter((id) => ours.has(id))).toEqual(expected);
  return newest;
}

/** Every event of every acknowledged append, of all rounds. */
async function expectAllThere(directory: string, acknowledged: readonly string[]): Promise<void> {
  const store = await launchStore({ directory });
  const missing = new Set(acknowledged);
  for await (const { event } of store.client.readAll()) if (event) missing.delete(event.id);
  await store.client.dispose();
  await store.kill('SIGTERM');
  expect([...missing]).toEqual([]);
}

describe('killed at random under load', () => {
  it('the store keeps every acknowledged append, no half of any, and a prefix of what was sent', async () => {
    const directory = temporaryDirectory();
    const random = randomNumbers(1);
    const acknowledged: string[] = [];
    let newest = 0n;
    for (let round = 0; round < rounds(5, 200); round++) {
      const sent: Sent[] = [];
      const store = await launchStore({ directory });
      const writing = writeUntilGone(store, sent);
      await delay(20 + random() * 300);
      await store.kill('SIGKILL');
      await writing;
      await store.client.dispose();
      newest = await expectNothingLost(directory, sent, newest);
      for (const append of sent) if (append.isAcknowledged) acknowledged.push(...append.ids);
    }
    await expectAllThere(directory, acknowledged);
    expect(await runCommand(['verify', directory])).toMatchObject({ code: 0 });
    rmSync(directory, { recursive: true });
  });
});

describe.runIf(hasStrace)('killed at one system call after the other', () => {
  const few = { pwrite64: [1, 5, 11, 24], fdatasync: [1, 9] };
  const all = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
  const calls = rounds(0, 1) === 0 ? few : { pwrite64: all(50), fdatasync: all(50) };

  it.each(Object.entries(calls))('%s: a batch is there whole or not at all', async (call, counts) => {
    for (const count of counts) {
      const directory = temporaryDirectory();
      const data = join(directory, 'data');
      const first = await launchStore({ directory: data });
      await first.client.appendToStream('before', oneEvent());
      await first.client.dispose();
      await first.kill('SIGTERM');

      const sent: Sent[] = [];
      const inject = `inject=${call}:signal=KILL:when=${count}`;
      const store = await launchStore({
        directory: data,
        environment: { UV_THREADPOOL_SIZE: '1' },
        under: ['strace', '-D', '-f', '-o', join(directory, 'trace'), '-e', `trace=${call}`, '-e', inject],
      }).catch(() => undefined);
      if (store) await writeUntilGone(store, sent);
      await store?.client.dispose();
      await expectNothingLost(data, sent);
      expect(await runCommand(['verify', data])).toMatchObject({ code: 0 });
      rmSync(directory, { recursive: true });
    }
  });
});
