import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';

const DATA_BYTES = 1_000;

export function connect({ connectionString }) {
  return EventStoreDBClient.connectionString(connectionString);
}

export function anEvent() {
  return jsonEvent({ type: 'Measured', data: { text: 'x'.repeat(DATA_BYTES) } });
}

/** Appends one event at a time, so many at once; returns appends per second. */
export async function appendRate(client, { count, concurrency, streamOf = (n) => `stream-${n % 1_000}` }) {
  const startedAt = performance.now();
  let next = 0;
  const writer = async () => {
    while (next < count) await client.appendToStream(streamOf(next++), anEvent());
  };
  await Promise.all(Array.from({ length: concurrency }, writer));
  return perSecond(count, startedAt);
}

/** Reads so many events of $all; returns events per second. */
export async function readRate(client, count) {
  const startedAt = performance.now();
  let read = 0;
  for await (const _event of client.readAll({ maxCount: count })) read++;
  if (read !== count) throw new Error(`read ${read} events instead of ${count}`);
  return perSecond(count, startedAt);
}

/** Fills a store with events, in large appends. */
export async function fill(client, count) {
  const perAppend = 500;
  const startedAt = performance.now();
  const batches = Math.ceil(count / perAppend);
  let next = 0;
  const writer = async () => {
    while (next < batches) {
      const n = next++;
      await client.appendToStream(`stream-${n % 1_000}`, Array.from({ length: perAppend }, anEvent));
    }
  };
  await Promise.all(Array.from({ length: 4 }, writer));
  return perSecond(count, startedAt);
}

function perSecond(count, startedAt) {
  return Math.round((count * 1_000) / (performance.now() - startedAt));
}
