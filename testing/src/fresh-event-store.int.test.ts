import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { describe, expect, it, vi } from 'vitest';
import { freshEventStore, freshEventStoreProcess } from './index.ts';

async function append(connectionString: string, word: string): Promise<void> {
  const client = EventStoreDBClient.connectionString(connectionString);
  await client.appendToStream('words', jsonEvent({ type: 'WordSaid', data: { word } }));
  await client.dispose();
}

async function wordsIn(connectionString: string): Promise<string[]> {
  const client = EventStoreDBClient.connectionString(connectionString);
  const words: string[] = [];
  for await (const { event } of client.readStream<{ type: 'WordSaid'; data: { word: string } }>('words')) {
    if (event) words.push(event.data.word);
  }
  await client.dispose();
  return words;
}

/** gRPC shares connections between the clients of a process; the one that broke is replaced by itself. */
async function eventuallyHas(connectionString: string, words: string[]): Promise<void> {
  await vi.waitFor(async () => expect(await wordsIn(connectionString)).toEqual(words), { timeout: 30_000 });
}

describe.each([
  ['inside the process', freshEventStore],
  ['as a process of its own', freshEventStoreProcess],
])('a fresh event store %s', (_, fresh) => {
  it('is empty, and has what was appended after it was stopped and started', async () => {
    const store = await fresh();
    await expect(wordsIn(store.connectionString)).rejects.toMatchObject({ type: 'stream-not-found' });
    await append(store.connectionString, 'kept');

    await store.stop();
    await store.start();

    await eventuallyHas(store.connectionString, ['kept']);
    await store.stop();
  });
});

describe('an event store that was killed', () => {
  it('has what it acknowledged', async () => {
    const store = await freshEventStoreProcess();
    await append(store.connectionString, 'acknowledged');

    await store.kill();
    await store.start();

    await eventuallyHas(store.connectionString, ['acknowledged']);
    await store.stop();
  });
});
