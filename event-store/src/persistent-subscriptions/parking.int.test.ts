import { PersistentSubscriptionDoesNotExistError, type ResolvedEvent, START } from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { collect, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { GROUP, groupsOf } from '../testing/persistent-groups.ts';
import { nack, nothing } from '../testing/recorded-consumer.ts';
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
