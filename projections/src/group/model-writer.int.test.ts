import { newId } from '@verbatim/shared';
import { freshDatabase, freshEventStore, type FreshDatabase, type FreshEventStore } from '@verbatim/testing';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLog } from '../runner/catch-up.ts';
import { search } from '../search/search.ts';
import { connect } from '../tables/connection.ts';
import { insertRows } from '../tables/row-writer.ts';
import { openFixture, type Fixture } from '../testing/fixture.ts';
import { said } from '../testing/log-writer.ts';
import { EventDecoder } from './event-decoder.ts';
import { ModelWriter, type Applied } from './model-writer.ts';
import { createSchema } from './schema.ts';
import { transaction } from './transaction.ts';

let database: FreshDatabase;
let store: FreshEventStore;
let fixture: Fixture;
let client: pg.Client;

beforeAll(async () => {
  [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  fixture = await openFixture(database.url, store.connectionString);
  client = await connect({ url: database.url, applicationName: 'test' });
  await transaction(client, 'public', () => createSchema(client, search, search.name));
});
afterAll(async () => {
  await client.end();
  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});

it('counts each event of a batch once, into however many parts a poisonous one halves it', async () => {
  const { organizationId, userIds } = await fixture.log.organization(['Ada', 'Bob']);
  const [ada = ''] = userIds;
  const poisoned = await fixture.log.room(organizationId, userIds);
  const other = await fixture.log.room(organizationId, userIds);
  const say = (roomId: string, text: string) =>
    fixture.log.append(organizationId, ada, [said(roomId, ada, text)]);
  for (let index = 0; index < 5; index += 1) await say(index % 2 === 0 ? poisoned : other, `before ${index}`);
  await fixture.eventStore.append(
    `message-${newId()}`,
    [
      {
        id: newId(),
        type: 'MessageSent',
        data: { roomId: poisoned, text: 'no seal' },
        metadata: { organizationId, roomId: poisoned },
      },
    ],
    { expectedRevision: 'any' },
  );
  for (let index = 0; index < 7; index += 1) await say(index % 2 === 0 ? poisoned : other, `after ${index}`);

  const parked: string[] = [];
  const writer = await ModelWriter.open({
    connection: client,
    model: search,
    schema: search.name,
    heedsDecisions: true,
    writer: insertRows,
    wantsPushes: false,
    isLoading: false,
    onParked: ({ partition }) => parked.push(partition),
  });
  const decoder = new EventDecoder(fixture.log.keyring, search.opens);
  const { signal } = new AbortController();
  const log = readLog({ eventStore: fixture.eventStore, decoder, signal }, { from: 0n, batchEvents: 1_000 });
  const commits: Applied[] = [];
  const read: bigint[] = [];
  for await (const batch of log) {
    read.push(...batch.items.map(({ stored }) => stored.position));
    for await (const commit of writer.apply(batch)) commits.push(commit);
    expect(writer.position).toBe(batch.upTo);
  }

  expect(commits.length).toBeGreaterThan(2);
  expect(commits.flatMap(({ items }) => items.map(({ stored }) => stored.position))).toEqual(read);
  const ends = commits.map(({ position }) => position);
  expect(ends).toEqual([...new Set(ends)].toSorted((one, other) => Number(one - other)));
  expect(parked).toEqual([`room:${poisoned}`]);
  const found = await fixture.rows(
    'SELECT room_id, count(*)::integer AS documents FROM search.document GROUP BY 1',
  );
  expect(new Map(found.map((row) => [row.room_id, row.documents]))).toEqual(
    new Map([
      [poisoned, 3],
      [other, 5],
    ]),
  );
});
