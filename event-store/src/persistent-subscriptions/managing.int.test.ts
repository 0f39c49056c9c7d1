import {
  AccessDeniedError,
  END,
  eventTypeFilter,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionDroppedError,
  PersistentSubscriptionExistsError,
  PersistentSubscriptionMaximumSubscribersReachedError,
  persistentSubscriptionToAllSettingsFromDefaults as settingsToAll,
  persistentSubscriptionToStreamSettingsFromDefaults as settingsToStream,
  PINNED,
  START,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { collect, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { GROUP, groupsOf } from '../testing/persistent-groups.ts';
import { consume, nack } from '../testing/recorded-consumer.ts';
import { OPS, useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ insecure: false });
const newGroup = groupsOf(store);

describe('managing groups', () => {
  it('a group is made once', async () => {
    const { stream } = await newGroup();
    const again = store.client.createPersistentSubscriptionToStream(stream, GROUP, settingsToStream());
    await expect(again).rejects.toBeInstanceOf(PersistentSubscriptionExistsError);
  });

  it.each(['구독-그룹', 'กลุ่ม', '👩🏽‍🚀/%20'])('a group and a stream may have the name %s', async (name) => {
    const stream = newStream(name);
    await store.client.appendToStream(stream, oneEvent());
    const create = () =>
      store.client.createPersistentSubscriptionToStream(stream, name, settingsToStream({ startFrom: START }));
    await create();
    await expect(create()).rejects.toBeInstanceOf(PersistentSubscriptionExistsError);
    const consumer = consume(store.client.subscribeToPersistentSubscriptionToStream(stream, name));
    await consumer.expectDeliveries(1);
    const info = await store.client.getPersistentSubscriptionToStreamInfo(stream, name);
    expect(info).toMatchObject({ eventSource: stream, groupName: name });
    await store.client.replayParkedMessagesToStream(stream, name);
    await store.client.deletePersistentSubscriptionToStream(stream, name);
    expect(await consumer.expectError()).toBeInstanceOf(PersistentSubscriptionDroppedError);
  });

  it('an update leaves the filter as it was', async () => {
    const [group, type] = [newStream('group'), newStream('type')];
    const settings = settingsToAll({ startFrom: START });
    const filter = eventTypeFilter({ prefixes: [type] });
    await store.client.createPersistentSubscriptionToAll(group, settings, { filter });
    await store.client.updatePersistentSubscriptionToAll(group, settings);
    await store.client.appendToStream(newStream(), [...someEvents(3), ...someEvents(2, type)]);
    const consumer = consume(store.client.subscribeToPersistentSubscriptionToAll(group));
    const deliveries = await consumer.expectDeliveries(2);
    expect(deliveries.map(({ event }) => event?.type)).toEqual([type, type]);
    await consumer.unsubscribe();
    await store.client.deletePersistentSubscriptionToAll(group);
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

  it('an update goes on from the checkpoint, wherever it says to start', async () => {
    const settings = { checkPointLowerBound: 1, checkPointUpperBound: 1 };
    const { stream, join, info } = await newGroup({ ...settings, startFrom: START });
    await store.client.appendToStream(stream, someEvents(4));
    const consumer = join();
    await consumer.expectDeliveries(4);
    await eventually('it is noted', async () => (await info()).stats.lastCheckpointedEventRevision === 3n);
    const changed = settingsToStream({ ...settings, startFrom: START });
    await store.client.updatePersistentSubscriptionToStream(stream, GROUP, changed);
    const event = oneEvent();
    await store.client.appendToStream(stream, event);
    const again = join();
    await again.expectDeliveries(1);
    expect(again.ids()).toEqual([event.id]);
  });

  it('a group that is made again after it was deleted begins anew', async () => {
    const settings = { startFrom: START, checkPointLowerBound: 1, checkPointUpperBound: 1 } as const;
    const { stream, join, info } = await newGroup(settings);
    const events = someEvents(3);
    await store.client.appendToStream(stream, events);
    await join().expectDeliveries(3);
    await eventually('it is noted', async () => (await info()).stats.lastCheckpointedEventRevision === 2n);
    await store.client.deletePersistentSubscriptionToStream(stream, GROUP);
    const checkpoints = store.client.readStream(`$persistentsubscription-${stream}::${GROUP}-checkpoint`);
    await expect(collect(checkpoints)).rejects.toMatchObject({ type: 'stream-not-found' });
    await store.client.createPersistentSubscriptionToStream(stream, GROUP, settingsToStream(settings));
    const again = join();
    await again.expectDeliveries(3);
    expect(again.ids()).toEqual(events.map(({ id }) => id));
  });

  it('each change of groups is noted in a stream that keeps two, and seen by a group over all', async () => {
    const group = newStream('group');
    // Only these: groups of other tests may be writing down how far they are.
    const filter = eventTypeFilter({ prefixes: ['$PersistentConfig'] });
    await store.client.createPersistentSubscriptionToAll(group, settingsToAll({ startFrom: END }), {
      filter,
    });
    const config = '$persistentSubscriptionConfig';
    const noted = await collect(store.client.readStream(config));
    expect(noted.map(({ event }) => event?.type)).toEqual(['$PersistentConfig', '$PersistentConfig']);
    const { metadata } = await store.client.getStreamMetadata(config);
    expect(metadata).toEqual({ maxCount: 2 });
    const consumer = consume(store.client.subscribeToPersistentSubscriptionToAll(group));
    const [first] = await consumer.expectDeliveries(1);
    expect(first?.event?.id).toBe(noted.at(-1)?.event?.id);
    await store.client.deletePersistentSubscriptionToAll(group);
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
    const updating = store.client.updatePersistentSubscriptionToStream('a', 'b', settingsToStream());
    await expect(updating).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
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
    for (const call of [
      () => anonymous.updatePersistentSubscriptionToStream(stream, GROUP, settingsToStream()),
      () => anonymous.replayParkedMessagesToStream(stream, GROUP),
      () => anonymous.restartPersistentSubscriptionSubsystem(),
      () => anonymous.listAllPersistentSubscriptions(),
    ]) {
      await expect(call()).rejects.toBeInstanceOf(AccessDeniedError);
    }
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
    [{ commit: 3n, prepare: 3n }, settingsToAll({ startFrom: { commit: 3n, prepare: 3n } })],
  ])('on all echoes %o', async (startFrom, settings) => {
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

  it('tells how long messages took only if it is to, and not before one is done', async () => {
    const measuring = await newGroup({ startFrom: START, extraStatistics: true });
    measuring.join();
    const silent = await newGroup({ startFrom: START, extraStatistics: false });
    await store.client.appendToStream(silent.stream, oneEvent());
    silent.join();
    for (const [{ info }, totalItems] of [
      [measuring, 0n],
      [silent, 1n],
    ] as const) {
      await eventually('it is so far', async () => (await info()).connections[0]?.totalItems === totalItems);
      expect((await info()).connections[0]?.extraStatistics?.size ?? 0).toBe(0);
    }
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
