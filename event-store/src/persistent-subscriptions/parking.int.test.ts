import {
  END,
  eventTypeFilter,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionFailedError,
  persistentSubscriptionToAllSettingsFromDefaults,
  type ResolvedEvent,
  START,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { collect, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { GROUP, groupsOf } from '../testing/persistent-groups.ts';
import { consume, nack, nothing } from '../testing/recorded-consumer.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ insecure: false });
const newGroup = groupsOf(store);

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
    expect(link?.event).toMatchObject({
      type: '$>',
      metadata: {
        reason: 'because',
        subscriptionEventNumber: 0,
        added: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      },
    });
    expect(Buffer.from(link?.event?.data as Uint8Array).toString()).toBe(`0@${stream}`);
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

  it('come before new ones when they are replayed', async () => {
    const { stream, join, info } = await newGroup({ startFrom: START });
    const events = someEvents(5);
    await store.client.appendToStream(stream, events.slice(0, 3));
    const parking = join(nack('park'));
    await eventually('all are parked', async () => (await info()).stats.parkedMessageCount === 3n);
    await parking.unsubscribe();
    await store.client.appendToStream(stream, events.slice(3));
    await store.client.replayParkedMessagesToStream(stream, GROUP);
    const replaying = join();
    await replaying.expectDeliveries(5);
    expect(replaying.deliveries.map(({ event }) => event?.id)).toEqual(events.map(({ id }) => id));
  });

  it('of all are replayed too, and are not shown in all', async () => {
    const [group, type] = [newStream('group'), newStream('type')];
    const settings = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: END });
    const filter = eventTypeFilter({ prefixes: [type] });
    await store.client.createPersistentSubscriptionToAll(group, settings, { filter });
    const join = (handle?: Parameters<typeof consume>[1]) =>
      consume(store.client.subscribeToPersistentSubscriptionToAll(group), handle);
    const events = someEvents(2, type);
    await store.client.appendToStream(newStream(), events);
    const parking = join(nack('park'));
    const parkedCount = async () =>
      (await store.client.getPersistentSubscriptionToAllInfo(group)).stats.parkedMessageCount;
    await eventually('both are parked', async () => (await parkedCount()) === 2n);
    await parking.unsubscribe();
    const all = await collect(store.client.readAll());
    const own = all.filter(
      ({ event }) => event?.streamId === `$persistentsubscription-$all::${group}-parked`,
    );
    expect(own).toEqual([]);
    await store.client.replayParkedMessagesToAll(group);
    const replaying = join();
    await replaying.expectDeliveries(2);
    await eventually('none is left', async () => (await parkedCount()) === 0n);
    expect(replaying.deliveries.map(({ event }) => event?.id)).toEqual(events.map(({ id }) => id));
  });

  it('are not replayed up to a negative number', async () => {
    const { stream } = await newGroup();
    const replaying = store.client.replayParkedMessagesToStream(stream, GROUP, { stopAt: -1 });
    await expect(replaying).rejects.toBeInstanceOf(PersistentSubscriptionFailedError);
  });

  it('of a group that is not there cannot be replayed', async () => {
    const replaying = store.client.replayParkedMessagesToStream(newStream(), GROUP);
    await expect(replaying).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
  });
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

  it('move over what the filter does not let pass', async () => {
    const group = newStream('group');
    const settings = persistentSubscriptionToAllSettingsFromDefaults({
      startFrom: END,
      checkPointAfter: 100,
      checkPointLowerBound: 1,
    });
    const filter = eventTypeFilter({ prefixes: [newStream('none-is-of-this-type')] });
    await store.client.createPersistentSubscriptionToAll(group, settings, { filter });
    const consumer = consume(store.client.subscribeToPersistentSubscriptionToAll(group));
    const { position } = await store.client.appendToStream(newStream(), someEvents(20));
    await eventually('it is noted', async () => {
      const { stats } = await store.client.getPersistentSubscriptionToAllInfo(group);
      return (stats.lastCheckpointedEventPosition?.commit ?? 0n) >= (position?.commit ?? 0n);
    });
    expect(consumer.deliveries).toEqual([]);
    await store.client.deletePersistentSubscriptionToAll(group);
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
