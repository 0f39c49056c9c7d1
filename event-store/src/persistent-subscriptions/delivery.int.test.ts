import {
  END,
  eventTypeFilter,
  persistentSubscriptionToAllSettingsFromDefaults as settingsToAll,
  persistentSubscriptionToStreamSettingsFromDefaults as settingsToStream,
  type ResolvedEvent,
  START,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { newStream, oneEvent, someEvents } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { GROUP, groupsOf } from '../testing/persistent-groups.ts';
import { consume, nack, nothing } from '../testing/recorded-consumer.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ insecure: false });
const newGroup = groupsOf(store);

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
    expect(delivery).toMatchObject({
      event: { id: event.id },
      link: { id: link.id, streamId: stream },
      commitPosition: delivery?.link?.position?.commit,
    });
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

  it('stays with its client when that is told to stop', async () => {
    const { stream, join, info, parked } = await newGroup({ startFrom: START });
    await store.client.appendToStream(stream, someEvents(2));
    const consumer = join((delivery, subscription) =>
      delivery.event?.revision === 0n
        ? subscription.nack('stop', 'enough', delivery as ResolvedEvent)
        : subscription.ack(delivery as ResolvedEvent),
    );
    // Answers come over one call: when the second one has, so has the first.
    await eventually('one is acknowledged', async () => (await info()).stats.totalItems === 1n);
    expect((await info()).connections[0]).toMatchObject({ inFlightMessages: 1 });
    expect(consumer.deliveries).toHaveLength(2);
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
