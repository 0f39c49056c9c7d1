import { randomUUID } from 'node:crypto';
import { streamOf } from '@verbatim/shared';
import {
  freshEventStoreProcess,
  freshDatabase,
  type EventStoreProcess,
  type FreshDatabase,
} from '@verbatim/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newKeys, startApi, type RunningApi } from '../command-api-fixture.ts';
import { problemIn, TestClient } from '../http-client-fixture.ts';

let store: EventStoreProcess;
let database: FreshDatabase;
let api: RunningApi;
let client: TestClient;
let path: string;

beforeAll(async () => {
  [store, database] = await Promise.all([freshEventStoreProcess(), freshDatabase()]);
  api = await startApi({ ...newKeys(), eventStoreUrl: store.connectionString, databaseUrl: database.url });
  const anybody = new TestClient(api.origin);
  client = anybody.as(await anybody.signUp());
  path = `/chat/rooms/${(await client.done('POST', '/chat/rooms', { kind: 'group' })).id}/messages`;
});
afterAll(async () => {
  await api.stop();
  await store.stop();
  await database.drop();
});

async function eventsOf(messageId: string): Promise<number> {
  let count = 0;
  for await (const _ of api.eventStore.readStream(streamOf.message(messageId))) count += 1;
  return count;
}

/** Ready again once it takes a message. */
const untilItTakesMessages = () =>
  expect.poll(async () => (await client.post(path, { text: 'again?' })).status).toBe(201);

it('a message whose fate is not known is told to be so, and sending it again settles it', async () => {
  const body = { id: randomUUID(), text: 'into the dark' };
  process.kill(store.pid(), 'SIGSTOP');
  const startedAt = performance.now();
  const unknown = await client.post(path, body).finally(() => process.kill(store.pid(), 'SIGCONT'));
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(problemIn(unknown)).toMatchObject({ status: 503, code: 'outcome-unknown' });
  expect(unknown.headers.get('retry-after')).toBe('1');

  await expect.poll(async () => (await client.post(path, body)).status).toBe(201);
  const settled = await client.post(path, body);
  expect(settled.body).toMatchObject({ id: body.id, revision: 0 });
  expect(await eventsOf(body.id)).toBe(1);
}, 60_000);

it('a store that dies and comes back loses and doubles nothing that was answered', async () => {
  await untilItTakesMessages();
  const bodies = Array.from({ length: 60 }, (_, index) => ({ id: randomUUID(), text: `number ${index}` }));
  const replies = bodies.map(async (body, index) => {
    if (index === 30) {
      await store.kill();
      await store.start();
    }
    return client.post(path, body);
  });
  const statuses = (await Promise.all(replies)).map(({ status }) => status);
  expect(statuses.every((status) => status === 201 || status === 503)).toBe(true);
  await untilItTakesMessages();
  for (const [index, body] of bodies.entries()) {
    if (statuses[index] === 201) expect(await eventsOf(body.id)).toBe(1);
    expect((await client.post(path, body)).status).toBe(201);
    expect(await eventsOf(body.id)).toBe(1);
  }
}, 90_000);
