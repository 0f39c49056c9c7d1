import {
  AccessDeniedError,
  DISPATCH_TO_SINGLE,
  END,
  eventTypeFilter,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionDroppedError,
  PersistentSubscriptionExistsError,
  PersistentSubscriptionMaximumSubscribersReachedError,
  persistentSubscriptionToAllSettingsFromDefaults as settingsToAll,
  persistentSubscriptionToStreamSettingsFromDefaults as settingsToStream,
  PINNED,
  type PersistentAction,
  type ResolvedEvent,
  ROUND_ROBIN,
  START,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { collect, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { consume } from '../testing/recorded-consumer.ts';
import { OPS, useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ insecure: false });
const GROUP = 'group';

/** A group over a new stream, with its clients. */
async function newGroup(settings: Parameters<typeof settingsToStream>[0] = {}) {
  const stream = newStream();
  await store.client.createPersistentSubscriptionToStream(stream, GROUP, settingsToStream(settings));
  return {
    stream,
    join: (handle?: Parameters<typeof consume>[1], bufferSize = 10) =>
      consume(store.client.subscribeToPersistentSubscriptionToStream(stream, GROUP, { bufferSize }), handle),
    info: () => store.client.getPersistentSubscriptionToStreamInfo(stream, GROUP),
    parked: () => collect(store.client.readStream(`$persistentsubscription-${stream}::${GROUP}-parked`)),
  };
}

const nothing = (): void => undefined;

function nack(action: PersistentAction) {
  return (
    delivery: unknown,
    subscription: { nack: (...args: [PersistentAction, string, ResolvedEvent]) => Promise<void> },
  ) => subscription.nack(action, 'because', delivery as ResolvedEvent);
}

describe('a group over a stream', () => {
  it('from the start hands out what is there and what comes', async () => {
    const { stream, join } = await newGroup({ startFrom: START });
    const events = someEvents(30);
    await store.client.appendToStream(stream, events.slice(0, 20));
    const consumer = join();
    await consumer.expectDeliveries(20);
    await store.client.appendToStream(stream, events.slice(20));
    await consumer.expectDeliveries(30);
    expect(consumer.ids()).toEqual(events.map(({ id }) => id));
    expect(consumer.deliveries.every(({ retryCount }) => retryCount === 0)).toBe(true);
  });

  it('from the end hands out what was appended since it was made, also before anybody joined', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(3));
    await store.client.createPersistentSubscriptionToStream(
      stream,
      GROUP,
      settingsToStream({ startFrom: END }),
    );
    const events = someEvents(4);
    await store.client.appendToStream(stream, events);
    await store.restart();
    const consumer = consume(store.client.subscribeToPersistentSubscriptionToStream(stream, GROUP));
    await consumer.expectDeliveries(4);
    expect(consumer.ids()).toEqual(events.map(({ id }) => id));
  });

  it('from a revision hands out that event first', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(5));
    await store.client.createPersistentSubscriptionToStream(
      stream,
      GROUP,
      settingsToStream({ startFrom: 3n }),
    );
    const consumer = consume(store.client.subscribeToPersistentSubscriptionToStream(stream, GROUP));
    await consumer.expectDeliveries(2);
    expect(consumer.deliveries.map(({ event }) => event?.revision)).toEqual([3n, 4n]);
  });

  it('has no more out than a client takes before it acknowledges', async () => {
    const { stream, join, info } = await newGroup({ startFrom: START });
    await store.client.appendToStream(stream, someEvents(20));
    const consumer = join(nothing, 5);
    await consumer.expectDeliveries(5);
    await eventually('the client is full', async () => (await info()).connections[0]?.availableSlots === 0);
    expect((await info()).connections[0]).toMatchObject({ inFlightMessages: 5 });
    expect(consumer.deliveries).toHaveLength(5);
  });

  it('resolves links when it is told to, and takes the link as acknowledged', async () => {
    const { stream, join, info } = await newGroup({ startFrom: START, resolveLinkTos: true });
    const target = newStream();
    const event = oneEvent();
    await store.client.appendToStream(target, event);
    const link = {
      ...oneEvent({}, '$>'),
      contentType: 'application/octet-stream',
      data: Buffer.from(`0@${target}`),
    };
    await store.client.appendToStream(stream, link as never);
    const consumer = join();
    const [delivery] = await consumer.expectDeliveries(1);
    expect(delivery).toMatchObject({ event: { id: event.id }, link: { id: link.id, streamId: stream } });
    await eventually('it is acknowledged', async () => (await info()).connections[0]?.inFlightMessages === 0);
  });
});

describe('a group over all', () => {
  it('hands out what its filter lets pass', async () => {
    const type = newStream('type');
    await store.client.createPersistentSubscriptionToAll(GROUP, settingsToAll({ startFrom: END }), {
      filter: eventTypeFilter({ prefixes: [type] }),
    });
    const events = someEvents(15, type);
    for (const event of events) await store.client.appendToStream(newStream(), [event, oneEvent()]);
    const consumer = consume(store.client.subscribeToPersistentSubscriptionToAll(GROUP));
    await consumer.expectDeliveries(15);
    expect(consumer.ids()).toEqual(events.map(({ id }) => id));
    await store.client.deletePersistentSubscriptionToAll(GROUP);
  });

  it('from a position hands out that event first, and never its own notes', async () => {
    const { position } = await store.client.appendToStream(newStream(), oneEvent());
    const startFrom = position ?? START;
    const settings = settingsToAll({ startFrom, checkPointLowerBound: 1, checkPointUpperBound: 1 });
    await store.client.createPersistentSubscriptionToAll('positioned', settings);
    const consumer = consume(store.client.subscribeToPersistentSubscriptionToAll('positioned'));
    const [first] = await consumer.expectDeliveries(1);
    expect(first?.event?.position).toEqual(position);
    await eventually('checkpoints are written', async () => {
      const info = await store.client.getPersistentSubscriptionToAllInfo('positioned');
      return (info.stats.lastCheckpointedEventPosition?.commit ?? 0n) > (position?.commit ?? 0n);
    });
    const streams = new Set(consumer.deliveries.map(({ event }) => event?.streamId));
    expect([...streams].filter((name) => name?.startsWith('$persistentsubscription-$all'))).toEqual([]);
    await store.client.deletePersistentSubscriptionToAll('positioned');
  });
});

describe('a message that is not acknowledged', () => {
  it('is tried again when refused, before new ones, and parked after so many times', async () => {
    const { stream, join, parked } = await newGroup({ startFrom: START, maxRetryCount: 2 });
    await store.client.appendToStream(stream, someEvents(5));
    const consumer = join(nack('retry'));
    await consumer.expectDeliveries(15);
    await eventually('all are parked', async () => (await parked().catch(() => [])).length === 5);
    expect(
      consumer.deliveries
        .slice(0, 15)
        .map(({ retryCount }) => retryCount)
        .sort(),
    ).toEqual([0, 1, 2].flatMap((count) => Array.from({ length: 5 }, () => count)));
  });

  it('is tried again when its client takes too long', async () => {
    const { stream, join } = await newGroup({ startFrom: START, messageTimeout: 300 });
    const event = oneEvent();
    await store.client.appendToStream(stream, event);
    const consumer = join(nothing);
    await consumer.expectDeliveries(2);
    expect(consumer.ids()).toEqual([event.id, event.id]);
    expect(consumer.deliveries[1]?.retryCount).toBe(1);
  });

  it('goes to another client when its client leaves', async () => {
    const { stream, join } = await newGroup({ startFrom: START });
    const events = someEvents(5);
    await store.client.appendToStream(stream, events);
    const leaving = join(nothing);
    await leaving.expectDeliveries(5);
    await leaving.unsubscribe();
    const staying = join();
    await staying.expectDeliveries(5);
    expect(staying.ids()).toEqual(events.map(({ id }) => id));
    expect(staying.deliveries.map(({ retryCount }) => retryCount)).toEqual([1, 1, 1, 1, 1]);
  });

  it('is passed over when it is to be skipped', async () => {
    const { stream, join, parked } = await newGroup({ startFrom: START });
    await store.client.appendToStream(stream, someEvents(25));
    const consumer = join(nack('skip'));
    await consumer.expectDeliveries(25);
    await expect(parked()).rejects.toMatchObject({ type: 'stream-not-found' });
  });

  it('of twenty, all refused once with a window of ten, comes again before the next event', async () => {
    const { stream, join } = await newGroup({ startFrom: START });
    await store.client.appendToStream(stream, [...someEvents(20), oneEvent({}, 'finish')]);
    const consumer = join((delivery, subscription) =>
      delivery.retryCount === 0 && delivery.event?.type !== 'finish'
        ? subscription.nack('retry', 'once', delivery as ResolvedEvent)
        : subscription.ack(delivery as ResolvedEvent),
    );
    await consumer.expectDeliveries(41);
    expect(consumer.deliveries.at(-1)?.event?.type).toBe('finish');
  });
});

describe('parked messages', () => {
  it('are links with the reason, and come again when replayed, in their order', async () => {
    const { stream, join, parked, info } = await newGroup({ startFrom: START });
    const events = someEvents(20);
    await store.client.appendToStream(stream, events);
    const parking = join(nack('park'));
    await parking.expectDeliveries(20);
    await eventually('all are parked', async () => (await parked().catch(() => [])).length === 20);
    expect((await info()).stats.parkedMessageCount).toBe(20n);
    const [link] = await parked();
    expect(link?.event).toMatchObject({ type: '$>', metadata: { reason: 'because' } });
    await parking.unsubscribe();

    const replaying = join();
    await store.client.replayParkedMessagesToStream(stream, GROUP, { stopAt: 4 });
    await replaying.expectDeliveries(4);
    await eventually('sixteen are left', async () => (await info()).stats.parkedMessageCount === 16n);
    await store.client.replayParkedMessagesToStream(stream, GROUP);
    await replaying.expectDeliveries(20);
    await eventually('none is left', async () => (await info()).stats.parkedMessageCount === 0n);
    expect(replaying.deliveries.map(({ event }) => event?.id)).toEqual(events.map(({ id }) => id));
  });

  it('that are replayed and not acknowledged are still parked after a restart', async () => {
    const { stream, join, info } = await newGroup({ startFrom: START });
    await store.client.appendToStream(stream, oneEvent());
    const parking = join(nack('park'));
    await eventually('it is parked', async () => (await info()).stats.parkedMessageCount === 1n);
    await parking.unsubscribe();
    const holding = join(nothing);
    await store.client.replayParkedMessagesToStream(stream, GROUP);
    await holding.expectDeliveries(1);
    await store.restart();
    expect((await info()).stats.parkedMessageCount).toBe(1n);
  });

  it('of a group that is not there cannot be replayed', async () => {
    const replaying = store.client.replayParkedMessagesToStream(newStream(), GROUP);
    await expect(replaying).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
  });
});

describe('strategies', () => {
  it('round robin spreads messages over clients', async () => {
    const { stream, join } = await newGroup({ startFrom: START, consumerStrategyName: ROUND_ROBIN });
    const clients = [join(), join(), join()];
    await eventually('all have joined', async () => (await infoOf(stream)).connections.length === 3);
    await store.client.appendToStream(stream, someEvents(30));
    await eventually('all is delivered', () => totalOf(clients) === 30);
    for (const { deliveries } of clients) expect(deliveries.length).toBeGreaterThan(5);
  });

  it('dispatch to single fills one client before the next gets any', async () => {
    const { stream, join } = await newGroup({ startFrom: START, consumerStrategyName: DISPATCH_TO_SINGLE });
    const first = join(nothing, 10);
    await eventually('one has joined', async () => (await infoOf(stream)).connections.length === 1);
    const second = join(nothing, 10);
    await eventually('both have joined', async () => (await infoOf(stream)).connections.length === 2);
    await store.client.appendToStream(stream, someEvents(13));
    await eventually('all is delivered', () => totalOf([first, second]) === 13);
    expect([first.deliveries.length, second.deliveries.length]).toEqual([10, 3]);
  });

  it('pinned keeps each stream with one client', async () => {
    const type = newStream('type');
    const group = newStream('pinned');
    await store.client.createPersistentSubscriptionToAll(
      group,
      settingsToAll({ startFrom: END, consumerStrategyName: PINNED }),
      { filter: eventTypeFilter({ prefixes: [type] }) },
    );
    const clients = [1, 2].map(() => consume(store.client.subscribeToPersistentSubscriptionToAll(group)));
    const joined = async () =>
      (await store.client.getPersistentSubscriptionToAllInfo(group)).connections.length;
    await eventually('both have joined', async () => (await joined()) === 2);
    const streams = Array.from({ length: 20 }, () => newStream());
    for (let round = 0; round < 3; round++) {
      for (const stream of streams) await store.client.appendToStream(stream, oneEvent({}, type));
    }
    await eventually('all is delivered', () => totalOf(clients) === 60);
    const seen = clients.map(({ deliveries }) => new Set(deliveries.map(({ event }) => event?.streamId)));
    expect([...(seen[0] ?? [])].filter((stream) => seen[1]?.has(stream))).toEqual([]);
    expect(Math.min(...seen.map(({ size }) => size))).toBeGreaterThan(2);
    await store.client.deletePersistentSubscriptionToAll(group);
  });

  const infoOf = (stream: string) => store.client.getPersistentSubscriptionToStreamInfo(stream, GROUP);
  const totalOf = (clients: { deliveries: unknown[] }[]): number =>
    clients.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
});

describe('checkpoints', () => {
  it('survive a restart, so that what was acknowledged does not come again', async () => {
    const { stream, join, info } = await newGroup({
      startFrom: START,
      checkPointLowerBound: 1,
      checkPointUpperBound: 5,
    });
    await store.client.appendToStream(stream, someEvents(12));
    const consumer = join((delivery, subscription) =>
      (delivery.event?.revision ?? 0n) === 8n ? undefined : subscription.ack(delivery as ResolvedEvent),
    );
    await consumer.expectDeliveries(12);
    await eventually(
      'eight are noted',
      async () => (await info()).stats.lastCheckpointedEventRevision === 7n,
    );
    await store.restart();
    const again = join();
    await again.expectDeliveries(4);
    expect(again.deliveries.map(({ event }) => event?.revision)).toEqual([8n, 9n, 10n, 11n]);
    const checkpoints = await collect(
      store.client.readStream(`$persistentsubscription-${stream}::${GROUP}-checkpoint`),
    );
    expect(checkpoints.length).toBeLessThanOrEqual(2);
    expect(checkpoints.at(-1)?.event).toMatchObject({ type: '$SubscriptionCheckpoint', data: '7' });
  });

  it('are written after a while for a few, too', async () => {
    const { stream, join, info } = await newGroup({
      startFrom: START,
      checkPointAfter: 500,
      checkPointLowerBound: 1,
      checkPointUpperBound: 1_000,
    });
    await store.client.appendToStream(stream, someEvents(3));
    await join().expectDeliveries(3);
    await eventually('it is noted', async () => (await info()).stats.lastCheckpointedEventRevision === 2n);
  });
});

describe('managing groups', () => {
  it('a group is made once', async () => {
    const { stream } = await newGroup();
    const again = store.client.createPersistentSubscriptionToStream(stream, GROUP, settingsToStream());
    await expect(again).rejects.toBeInstanceOf(PersistentSubscriptionExistsError);
  });

  it('a group that makes no sense is refused', async () => {
    const wrong = settingsToStream({ readBatchSize: 600, historyBufferSize: 500 });
    const creating = store.client.createPersistentSubscriptionToStream(newStream(), GROUP, wrong);
    await expect(creating).rejects.toMatchObject({ type: 'persistent-subscription-failed' });
    const all = store.client.createPersistentSubscriptionToStream('$all', GROUP, settingsToStream());
    await expect(all).rejects.toMatchObject({ type: 'persistent-subscription-failed' });
  });

  it('no more clients join than may', async () => {
    const { join } = await newGroup({ maxSubscriberCount: 1 });
    const first = join();
    await eventually('one has joined', async () => {
      const error = await join().expectError();
      return error instanceof PersistentSubscriptionMaximumSubscribersReachedError;
    });
    expect(first.errors).toEqual([]);
  });

  it('an update drops the clients and takes effect', async () => {
    const { stream, join, info } = await newGroup();
    const consumer = join();
    await eventually('it has joined', async () => (await info()).connections.length === 1);
    await store.client.updatePersistentSubscriptionToStream(
      stream,
      GROUP,
      settingsToStream({ maxRetryCount: 3, startFrom: 7n }),
    );
    expect(await consumer.expectError()).toBeInstanceOf(PersistentSubscriptionDroppedError);
    expect((await info()).settings).toMatchObject({ maxRetryCount: 3, startFrom: 7n });
  });

  it('a deleted group is gone, with what it noted', async () => {
    const { stream, join, info, parked } = await newGroup({ startFrom: START });
    await store.client.appendToStream(stream, oneEvent());
    const consumer = join(nack('park'));
    await eventually('it is parked', async () => (await info()).stats.parkedMessageCount === 1n);
    await store.client.deletePersistentSubscriptionToStream(stream, GROUP);
    expect(await consumer.expectError()).toBeInstanceOf(PersistentSubscriptionDroppedError);
    await expect(info()).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
    await expect(parked()).rejects.toMatchObject({ type: 'stream-not-found' });
    const deleting = store.client.deletePersistentSubscriptionToStream(stream, GROUP);
    await expect(deleting).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
  });

  it('a group that is not there says its name', async () => {
    const error = await store.client
      .getPersistentSubscriptionToStreamInfo('a', 'b')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: '5 NOT_FOUND: Subscription group b on stream a does not exist.',
      streamName: 'a',
      groupName: 'b',
    });
    const joining = consume(store.client.subscribeToPersistentSubscriptionToStream('a', 'b'));
    expect(await joining.expectError()).toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
    const listing = await store.client
      .listPersistentSubscriptionsToStream('a')
      .catch((thrown: unknown) => thrown);
    expect(listing).toMatchObject({
      message: '5 NOT_FOUND: Subscription group  on stream a does not exist.',
      groupName: '',
    });
  });

  it('only operators may manage groups, and who may not read may not join', async () => {
    const anonymous = store.connect();
    const ops = store.connect(OPS);
    const stream = newStream();
    const create = (client: typeof ops) =>
      client.createPersistentSubscriptionToStream(stream, GROUP, settingsToStream());
    await expect(create(anonymous)).rejects.toBeInstanceOf(AccessDeniedError);
    await create(ops);
    await expect(anonymous.getPersistentSubscriptionToStreamInfo(stream, GROUP)).rejects.toBeInstanceOf(
      AccessDeniedError,
    );
    await expect(anonymous.deletePersistentSubscriptionToStream(newStream(), GROUP)).rejects.toBeInstanceOf(
      AccessDeniedError,
    );
    const wrong = store.connect({ username: 'admin', password: 'wrong' });
    await expect(wrong.getPersistentSubscriptionToStreamInfo(newStream(), GROUP)).rejects.toBeInstanceOf(
      AccessDeniedError,
    );

    const consumer = consume(ops.subscribeToPersistentSubscriptionToStream(stream, GROUP));
    await eventually('it has joined', async () => {
      const { connections } = await ops.getPersistentSubscriptionToStreamInfo(stream, GROUP);
      return connections.length === 1;
    });
    await store.client.setStreamMetadata(stream, { acl: { readRoles: ['$admins'] } });
    await store.client.appendToStream(stream, oneEvent());
    expect(await consumer.expectError()).toBeInstanceOf(AccessDeniedError);
    expect(consumer.deliveries).toEqual([]);
  });
});

describe('information on a group', () => {
  it('echoes what it was made with', async () => {
    const settings = settingsToStream({
      startFrom: 123n,
      checkPointAfter: 1_234,
      checkPointLowerBound: 2,
      checkPointUpperBound: 55,
      consumerStrategyName: PINNED,
      extraStatistics: true,
      historyBufferSize: 77,
      liveBufferSize: 88,
      maxRetryCount: 4,
      maxSubscriberCount: 9,
      messageTimeout: 4_321,
      readBatchSize: 11,
      resolveLinkTos: true,
    });
    const { stream, info } = await newGroup(settings);
    expect(await info()).toMatchObject({ eventSource: stream, groupName: GROUP, settings, connections: [] });
    await store.restart();
    expect((await info()).settings).toEqual(settings);
  });

  it.each([
    [START, settingsToAll({ startFrom: START })],
    [END, settingsToAll({ startFrom: END })],
  ])('on all echoes %s', async (startFrom, settings) => {
    const group = newStream('group');
    await store.client.createPersistentSubscriptionToAll(group, settings);
    const info = await store.client.getPersistentSubscriptionToAllInfo(group);
    expect(info.settings).toMatchObject({ startFrom });
    const listed = await store.client.listPersistentSubscriptionsToAll();
    expect(listed.map(({ groupName }) => groupName)).toContain(group);
    await store.client.deletePersistentSubscriptionToAll(group);
  });

  it('tells of its clients and how they do', async () => {
    const { stream, join, info } = await newGroup({ startFrom: START, extraStatistics: true });
    const before = await info();
    expect(before.stats.lastKnownEventRevision).toBeUndefined();
    expect(before.stats.lastCheckpointedEventRevision).toBeUndefined();
    await store.client.appendToStream(stream, someEvents(5));
    const consumer = join();
    await consumer.expectDeliveries(5);
    await eventually('all are acknowledged', async () => (await info()).connections[0]?.totalItems === 5n);
    const { connections, stats } = await info();
    expect(connections).toHaveLength(1);
    expect(connections[0]).toMatchObject({
      username: 'admin',
      connectionName: store.client.connectionName,
      availableSlots: 10,
      inFlightMessages: 0,
    });
    expect([...(connections[0]?.extraStatistics?.keys() ?? [])]).toEqual(
      expect.arrayContaining(['mean', 'median', 'fastest', 'quintile 3', '99.9%', 'highest']),
    );
    expect(stats).toMatchObject({ totalItems: 5n, lastKnownEventRevision: 4n });
    await consumer.unsubscribe();
    await eventually('nobody is left', async () => (await info()).connections.length === 0);
  });

  it('is listed for a stream, and for all streams', async () => {
    const { stream } = await newGroup();
    const [only] = await store.client.listPersistentSubscriptionsToStream(stream);
    expect(only).toMatchObject({ eventSource: stream, groupName: GROUP });
    const all = await store.client.listAllPersistentSubscriptions();
    expect(all.some(({ eventSource }) => eventSource === stream)).toBe(true);
  });
});

it('restarting the subsystem drops clients and forgets no group', async () => {
  const { join, info } = await newGroup();
  const consumer = join();
  await eventually('it has joined', async () => (await info()).connections.length === 1);
  await store.client.restartPersistentSubscriptionSubsystem();
  expect(await consumer.expectError()).toBeInstanceOf(PersistentSubscriptionDroppedError);
  expect((await info()).connections).toEqual([]);
});
