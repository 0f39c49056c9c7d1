import {
  createPushSubscriber,
  newId,
  type DomainEvent,
  type PushItem,
  type PushSubscriber,
} from '@verbatim/shared';
import { freshDatabase, freshEventStore, type FreshDatabase, type FreshEventStore } from '@verbatim/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsPerPiece } from './tables/in-pieces.ts';
import { openFixture, until, type Fixture } from './testing/fixture.ts';
import { edited, said } from './testing/log-writer.ts';

let database: FreshDatabase;
let store: FreshEventStore;
let fixture: Fixture;
let relay: PushSubscriber;
/** What relays are told. */
const pushed: PushItem[] = [];
const names = ['chat', 'search'];

beforeAll(async () => {
  [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  fixture = await openFixture(database.url, store.connectionString);
  const { publisher } = fixture.start({ pushUrl: 'tcp://:a-secret-for-the-test@127.0.0.1:0' });
  relay = createPushSubscriber((await publisher?.url) ?? '');
  let isConnected = false;
  relay.events.subscribe((event) => {
    if (event.type === 'connected') isConnected = true;
    if (event.type === 'batch') pushed.push(...event.batch.items);
  });
  await until('a relay listens', () => Promise.resolve(isConnected));
  await fixture.log.organization(['Ada']);
  await fixture.caughtUp(names);
  await fixture.rows('CREATE TABLE public.swept (rows integer)');
  await fixture.rows(
    `CREATE FUNCTION public.note_swept() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN INSERT INTO public.swept SELECT count(*) FROM changed; RETURN NULL; END $$`,
  );
  for (const [change, table, rows] of [
    ['UPDATE', 'chat.message', 'NEW'],
    ['UPDATE', 'chat.message_version', 'NEW'],
    ['DELETE', 'search.document', 'OLD'],
  ])
    await fixture.rows(
      `CREATE TRIGGER note_swept AFTER ${change} ON ${table} REFERENCING ${rows} TABLE AS changed
       FOR EACH STATEMENT EXECUTE FUNCTION public.note_swept()`,
    );
});
afterAll(async () => {
  await relay.stop();
  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});

/** Each in two versions. */
const copies = rowsPerPiece * 2 + 10;

/** A room in which Ada said one thing, edited it, and so many times more. */
async function fullRoom() {
  const { organizationId, userIds } = await fixture.log.organization(['Ada']);
  const [ada = ''] = userIds;
  const roomId = await fixture.log.room(organizationId, userIds);
  const messageId = newId();
  await fixture.log.append(organizationId, ada, [
    said(roomId, ada, 'a confession', { messageId, day: '2026-01-01' }),
    edited(roomId, ada, messageId, 'a confession of mine'),
  ]);
  await fixture.caughtUp(names);
  const copied = async (table: string, changed: string): Promise<void> => {
    await fixture.rows(
      `INSERT INTO ${table} SELECT (jsonb_populate_record(one, ${changed})).*
       FROM ${table} AS one CROSS JOIN generate_series(1, ${copies}) AS copy WHERE message_id = $1`,
      [messageId],
    );
  };
  const id = `md5(one.message_id::text || copy)::uuid`;
  await copied('chat.message', `jsonb_build_object('message_id', ${id}, 'seq', 1000 + copy)`);
  await copied('chat.message_version', `jsonb_build_object('message_id', ${id})`);
  await copied('search.document', `jsonb_build_object('message_id', ${id})`);
  await fixture.rows(`UPDATE search.word SET documents = documents + ${copies} WHERE organization_id = $1`, [
    organizationId,
  ]);
  const epochOf = async () =>
    (await fixture.rows('SELECT epoch FROM chat.room WHERE room_id = $1', [roomId]))[0]?.epoch;
  return { organizationId, ada, roomId, epochOf };
}

describe('what is swept out of a million messages', () => {
  it.each([
    [
      'erased',
      (ada: string, _roomId: string): DomainEvent => ({
        type: 'ErasureRequested',
        data: { erasureId: newId(), userId: ada },
        content: { status: 'present', fields: { reason: 'asked for' } },
      }),
    ],
    [
      'expired',
      (_ada: string, roomId: string): DomainEvent => ({
        type: 'RetentionApplied',
        data: { roomDays: [{ roomId, day: '2026-01-01' }] },
      }),
    ],
  ])('is %s piece by piece, and all of it, and relays are told', async (status, sweep) => {
    const { organizationId, ada, roomId, epochOf } = await fullRoom();
    await fixture.rows('TRUNCATE public.swept');
    await fixture.log.append(organizationId, ada, [sweep(ada, roomId)]);
    await fixture.caughtUp(names);

    const [swept] = await fixture.rows(
      'SELECT max(rows)::integer AS most, sum(rows)::integer AS all FROM public.swept',
    );
    expect(swept).toEqual({ most: 2 * rowsPerPiece, all: 4 * (copies + 1) });
    for (const table of ['message', 'message_version'])
      expect(
        await fixture.rows(`SELECT DISTINCT content FROM chat.${table} WHERE organization_id = $1`, [
          organizationId,
        ]),
      ).toEqual([{ content: status }]);
    for (const table of ['document', 'word'])
      expect(
        await fixture.rows(`SELECT FROM search.${table} WHERE organization_id = $1`, [organizationId]),
      ).toEqual([]);
    expect(await epochOf()).toBe(1);
    const isReset = (item: PushItem): boolean =>
      item.kind === 'reset' && item.roomId === roomId && item.epoch === 1;
    await until('relays are told to forget the room', () => Promise.resolve(pushed.some(isReset)));
  });
});
