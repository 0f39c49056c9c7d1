import { randomUUID } from 'node:crypto';
import {
  DISPATCH_TO_SINGLE,
  END,
  eventTypeFilter,
  jsonEvent,
  persistentSubscriptionToAllSettingsFromDefaults as settingsToAll,
  PINNED,
  ROUND_ROBIN,
  START,
} from '@eventstore/db-client';
import persistent from '@eventstore/db-client/generated/persistent_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { describe, expect, it } from 'vitest';
import { newStream, oneEvent, someEvents } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { GROUP, groupsOf } from '../testing/persistent-groups.ts';
import { rawCaller } from '../testing/raw-call.ts';
import { consume, nothing } from '../testing/recorded-consumer.ts';
import { ADMIN, useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ insecure: false });
const newGroup = groupsOf(store);

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
    expect(Math.min(...seen.map(({ size }) => size))).toBeGreaterThan(0);
    await store.client.deletePersistentSubscriptionToAll(group);
  });

  it('pinned by correlation keeps what belongs together with one client, whatever its stream', async () => {
    const stream = newStream();
    await createByName(stream, 'PinnedByCorrelation');
    const clients = [1, 2].map(() =>
      consume(store.client.subscribeToPersistentSubscriptionToStream(stream, GROUP)),
    );
    await eventually('both have joined', async () => (await infoOf(stream)).connections.length === 2);
    const correlations = Array.from({ length: 20 }, () => randomUUID());
    for (let round = 0; round < 3; round++) {
      const events = correlations.map(($correlationId) =>
        jsonEvent({ type: 'T', data: {}, metadata: { $correlationId } }),
      );
      await store.client.appendToStream(stream, events);
    }
    await eventually('all is delivered', () => totalOf(clients) === 60);
    const seen = clients.map(
      ({ deliveries }) => new Set(deliveries.map(({ event }) => JSON.stringify(event?.metadata))),
    );
    expect([...(seen[0] ?? [])].filter((correlation) => seen[1]?.has(correlation))).toEqual([]);
    expect(Math.min(...seen.map(({ size }) => size))).toBeGreaterThan(0);
  });

  it('that nobody knows are refused', async () => {
    await expect(createByName(newStream(), 'Fairest')).rejects.toMatchObject({
      details: expect.stringContaining('Consumer strategy Fairest does not exist') as string,
    });
  });

  /** The official client names strategies by their old numbers, which some do not have. */
  async function createByName(stream: string, strategy: string): Promise<void> {
    const settings = new persistent.CreateReq.Settings();
    settings.setConsumerStrategy(strategy);
    settings.setReadBatchSize(10);
    settings.setHistoryBufferSize(100);
    settings.setMessageTimeoutMs(30_000);
    const source = new persistent.CreateReq.StreamOptions();
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(Buffer.from(stream));
    source.setStreamIdentifier(identifier);
    source.setStart(new shared.Empty());
    const options = new persistent.CreateReq.Options();
    options.setStream(source);
    options.setGroupName(GROUP);
    options.setSettings(settings);
    const request = new persistent.CreateReq();
    request.setOptions(options);
    await rawCaller(store.server, ADMIN).unary(
      '/event_store.client.persistent_subscriptions.PersistentSubscriptions/Create',
      request,
      (bytes) => persistent.CreateResp.deserializeBinary(bytes),
    );
  }

  const infoOf = (stream: string) => store.client.getPersistentSubscriptionToStreamInfo(stream, GROUP);
  const totalOf = (clients: { deliveries: unknown[] }[]): number =>
    clients.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
});
