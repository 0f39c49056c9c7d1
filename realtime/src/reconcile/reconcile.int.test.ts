import { createLogger, createPushPublisher, createPushSubscriber } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { patience } from '../testing/client-socket.ts';
import { startRelayFixture, type RelayFixture } from '../testing/relay-fixture.ts';

let fixture: RelayFixture;
beforeAll(async () => {
  fixture = await startRelayFixture();
});
afterAll(() => fixture.stop());

/** A relay whose pushes stop, and come again after who knows what. */
async function startDeafRelay() {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const first = createPushPublisher({ url: 'tcp://:another-secret-for-it@127.0.0.1:0', logger });
  const url = await first.url;
  const relay = await fixture.startRelay({ push: createPushSubscriber(url) });
  let publisher = first;
  return {
    url: relay.url,
    /** Pushes were lost. */
    reconnect: async () => {
      await publisher.stop();
      publisher = createPushPublisher({ url, logger });
      await publisher.url;
    },
    stop: async () => {
      await relay.stop();
      await publisher.stop();
    },
  };
}

describe('after pushes were lost', () => {
  test('people are told all their markers, however many', async () => {
    const { world } = fixture;
    const ann = await world.person('Ann');
    await world.manyRooms(ann, 1_000);
    const relay = await startDeafRelay();
    const client = await fixture.enter(ann, undefined, { url: relay.url });
    const roomIds = (await client.heard('ready')).rooms.map(({ roomId }) => roomId);
    await relay.reconnect();
    await vi.waitFor(
      () => expect(new Set(client.of('read').map(({ roomId }) => roomId))).toEqual(new Set(roomIds)),
      patience,
    );
    await relay.stop();
  });

  test('markers are told to those as well whose hello is looked at', async () => {
    const { world } = fixture;
    const [ann, bob] = [await world.person('Ann'), await world.person('Bob')];
    const roomId = await world.room([ann, bob]);
    await world.read(roomId, bob, 1);
    const relay = await startDeafRelay();
    const other = await fixture.enter(bob, undefined, { url: relay.url });
    const directory = await fixture.hold('directory.organization');
    const client = await fixture.connect('', relay.url).opened();
    client.say({ type: 'hello', token: fixture.tokenOf(ann) });
    await directory.awaited();
    await world.read(roomId, ann, 2);
    const heard = other.of('read').length;
    await relay.reconnect();
    await vi.waitFor(() => expect(other.of('read').length).toBeGreaterThan(heard), patience);
    await directory.release();
    expect((await client.heard('ready')).rooms).toContainEqual({ roomId, seq: 2, epoch: 0, readSeq: 2 });
    await relay.stop();
  });
});
