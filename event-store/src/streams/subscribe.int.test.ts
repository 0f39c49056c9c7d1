import {
  END,
  eventTypeFilter,
  excludeSystemEvents,
  type Position,
  START,
  StreamDeletedError,
  streamNameFilter,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { idsOf, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { record } from '../testing/recorded-subscription.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore();

describe('a subscription to a stream of four events', () => {
  it.each([
    ['from the start', START, 4],
    ['from a revision, which it has had', 2n, 1],
    ['from the end', END, 0],
  ] as const)(
    '%s brings what is new to it, says once that it has caught up, and goes on',
    async (_n, from, count) => {
      const stream = newStream();
      const events = someEvents(4);
      await store.client.appendToStream(stream, events);
      const subscription = record(store.client.subscribeToStream(stream, { fromRevision: from }));
      await subscription.expectCaughtUp();
      const more = someEvents(3);
      for (const event of more) await store.client.appendToStream(stream, event);
      await subscription.expectEvents(count + 3);
      expect(idsOf(subscription.events)).toEqual([...events.slice(4 - count), ...more].map(({ id }) => id));
      expect(subscription.caughtUpAfter).toEqual([count]);
      await subscription.unsubscribe();
      await eventually('it has ended', subscription.hasEnded);
      expect(subscription.errors).toEqual([]);
    },
  );
});

describe('a subscription to a stream', () => {
  it('that is not there yet waits for it', async () => {
    const stream = newStream();
    const subscription = record(store.client.subscribeToStream(stream));
    await subscription.expectCaughtUp();
    await store.client.appendToStream(stream, someEvents(2));
    await subscription.expectEvents(2);
    expect(subscription.caughtUpAfter).toEqual([0]);
    await subscription.unsubscribe();
  });

  it('brings every event of a batch, however short the stream is kept', async () => {
    const stream = newStream();
    await store.client.setStreamMetadata(stream, { maxCount: 1 });
    await store.client.appendToStream(stream, someEvents(3));
    const subscription = record(store.client.subscribeToStream(stream));
    await subscription.expectCaughtUp();
    expect(subscription.events).toHaveLength(1);
    await store.client.appendToStream(stream, someEvents(3));
    await subscription.expectEvents(4);
    await subscription.unsubscribe();
  });

  it('confirms it first, then brings history, then says that it has caught up', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(2));
    const order: string[] = [];
    const subscription = store.client.subscribeToStream(stream);
    for (const name of ['confirmation', 'data', 'caughtUp'] as const) {
      subscription.on(name, () => order.push(name));
    }
    await eventually('it has caught up', () => order.includes('caughtUp'));
    expect(order).toEqual(['confirmation', 'data', 'data', 'caughtUp']);
    await subscription.unsubscribe();
  });

  it('that is deleted brings nothing until it comes back, and then what is new', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(3));
    await store.client.deleteStream(stream);
    const subscription = record(store.client.subscribeToStream(stream, { fromRevision: START }));
    await subscription.expectCaughtUp();
    const event = oneEvent();
    await store.client.appendToStream(stream, event);
    await subscription.expectEvents(1);
    expect(idsOf(subscription.events)).toEqual([event.id]);
    expect(subscription.caughtUpAfter).toEqual([0]);
    await subscription.unsubscribe();
  });

  it('ends with the tombstone', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, oneEvent());
    const subscription = record(store.client.subscribeToStream(stream));
    await subscription.expectCaughtUp();
    await store.client.tombstoneStream(stream);
    expect(await subscription.expectError()).toBeInstanceOf(StreamDeletedError);
    expect(subscription.events.at(-1)?.event?.type).toBe('$streamDeleted');
    const late = record(store.client.subscribeToStream(stream));
    expect(await late.expectError()).toBeInstanceOf(StreamDeletedError);
  });

  it('resolves links', async () => {
    const stream = newStream();
    const links = newStream('links');
    const event = oneEvent();
    await store.client.appendToStream(stream, event);
    const subscription = record(store.client.subscribeToStream(links, { resolveLinkTos: true }));
    await store.client.appendToStream(links, {
      ...oneEvent({}, '$>'),
      contentType: 'application/octet-stream',
      data: Buffer.from(`0@${stream}`),
    } as never);
    const [resolved] = await subscription.expectEvents(1);
    expect(resolved?.event?.id).toBe(event.id);
    expect(resolved?.link?.streamId).toBe(links);
    await subscription.unsubscribe();
  });

  it('misses nothing and gets nothing twice while others append', async () => {
    for (let round = 0; round < 20; round++) {
      const stream = newStream();
      const events = someEvents(30);
      const appending = events.map((event) => store.client.appendToStream(stream, event));
      const subscription = record(store.client.subscribeToStream(stream));
      await Promise.all(appending);
      await subscription.expectEvents(events.length);
      expect(subscription.events.map((resolved) => resolved.event?.revision)).toEqual(
        events.map((_, n) => BigInt(n)),
      );
      await subscription.unsubscribe();
    }
  });
});

describe('a subscription to all', () => {
  it('from the start brings the events of the store itself too', async () => {
    const subscription = record(store.client.subscribeToAll());
    await subscription.expectCaughtUp();
    expect(subscription.events.some(({ event }) => event?.type.startsWith('$'))).toBe(true);
    expect(subscription.caughtUpAfter).toEqual([subscription.events.length]);
    await subscription.unsubscribe();
  });

  it('from a position brings what is after it; from the end what is new', async () => {
    const { position } = await store.client.appendToStream(newStream(), someEvents(2));
    const after = record(store.client.subscribeToAll({ fromPosition: position ?? START }));
    const fromEnd = record(store.client.subscribeToAll({ fromPosition: END }));
    await Promise.all([after.expectCaughtUp(), fromEnd.expectCaughtUp()]);
    const event = oneEvent();
    await store.client.appendToStream(newStream(), event);
    for (const subscription of [after, fromEnd]) {
      await subscription.expectEvents(1);
      expect(idsOf(subscription.events)).toEqual([event.id]);
      expect(subscription.caughtUpAfter).toEqual([0]);
      await subscription.unsubscribe();
    }
  });

  it.each([
    ['type by prefix', (tag: string) => eventTypeFilter({ prefixes: [`${tag}-a`, `${tag}-b`] }), ['a', 'b']],
    ['type by expression', (tag: string) => eventTypeFilter({ regex: `^${tag}-[bc]$` }), ['b', 'c']],
    ['stream by prefix', (tag: string) => streamNameFilter({ prefixes: [`${tag}-stream-c`] }), ['c']],
    ['stream by expression', (tag: string) => streamNameFilter({ regex: `^${tag}-stream-[ac]` }), ['a', 'c']],
    ['not the store itself', () => excludeSystemEvents(), ['a', 'b', 'c']],
  ])('filters by %s, in history and live', async (_name, filterFor, expected) => {
    const tag = newStream('tag');
    const { position } = await store.client.appendToStream(newStream(), oneEvent());
    const append = async (): Promise<void> => {
      for (const letter of ['a', 'b', 'c']) {
        await store.client.appendToStream(
          `${tag}-stream-${letter}`,
          oneEvent({ letter }, `${tag}-${letter}`),
        );
        await store.client.setStreamMetadata(newStream(), { maxCount: 1 });
      }
    };
    await append();
    const subscription = record(
      store.client.subscribeToAll({ fromPosition: position ?? START, filter: filterFor(tag) }),
    );
    await subscription.expectCaughtUp();
    expect(subscription.caughtUpAfter).toEqual([expected.length]);
    await append();
    await subscription.expectEvents(2 * expected.length);
    const letters = subscription.events.map(({ event }) => event?.type.at(-1));
    expect(letters).toEqual([...expected, ...expected]);
    await subscription.unsubscribe();
  });

  it('tells how far it has looked, in order and never twice', async () => {
    const type = newStream('type');
    const { position: start } = await store.client.appendToStream(newStream(), oneEvent());
    const checkpoints: Position[] = [];
    const filter = eventTypeFilter({
      prefixes: [type],
      checkpointInterval: 2,
      checkpointReached: (_subscription, position) => {
        checkpoints.push(position);
        return Promise.resolve();
      },
    });
    await store.client.appendToStream(newStream(), someEvents(128));
    await store.client.appendToStream(newStream(), someEvents(64, type));
    const subscription = record(store.client.subscribeToAll({ fromPosition: start ?? START, filter }));
    await subscription.expectEvents(64);
    await subscription.expectCaughtUp();
    await store.client.appendToStream(newStream(), someEvents(64));
    const { position: last } = await store.client.appendToStream(newStream(), someEvents(64, type));
    await subscription.expectEvents(128);
    await eventually('the last checkpoint has come', () => checkpoints.at(-1)?.commit === last?.commit);
    const commits = checkpoints.map(({ commit }) => commit - (start?.commit ?? 0n));
    expect(commits).toEqual([64n, 128n, 192n, 256n, 320n]);
    await subscription.unsubscribe();
  });
});

it('a checkpoint comes after so many windows, at the end of history, and then by what is looked at', async () => {
  const { position: start } = await store.client.appendToStream(newStream(), oneEvent());
  const checkpoints: bigint[] = [];
  const filter = eventTypeFilter({
    prefixes: [newStream('none-is-of-this-type')],
    maxSearchWindow: 10,
    checkpointInterval: 3,
    checkpointReached: (_subscription, { commit }) => {
      checkpoints.push(commit - (start?.commit ?? 0n));
    },
  });
  await store.client.appendToStream(newStream(), someEvents(75));
  const subscription = record(store.client.subscribeToAll({ fromPosition: start ?? START, filter }));
  await subscription.expectCaughtUp();
  await store.client.appendToStream(newStream(), someEvents(50));
  await eventually('four checkpoints and the one between have come', () => checkpoints.length >= 5);
  expect(checkpoints).toEqual([30n, 60n, 75n, 90n, 120n]);
  expect(subscription.events).toEqual([]);
  await subscription.unsubscribe();
});

describe('disposing of a client', () => {
  it('ends its subscriptions without an error', async () => {
    const client = store.connect();
    const subscriptions = [
      record(client.subscribeToAll()),
      record(client.subscribeToStream(newStream())),
      record(client.subscribeToAll({ filter: excludeSystemEvents() })),
    ];
    for (const subscription of subscriptions) await subscription.expectCaughtUp();
    await client.dispose();
    for (const subscription of subscriptions) {
      await eventually('it has ended', subscription.hasEnded);
      expect(subscription.errors).toEqual([]);
    }
  });
});
