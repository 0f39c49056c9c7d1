import {
  AccessDeniedError,
  ANY,
  type AppendExpectedRevision,
  NO_STREAM,
  STREAM_EXISTS,
  START,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { collect, idsOf, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore();
/** Credentials make the official client use one classic Append call instead of its batch call. */
const classic = { credentials: { username: 'admin', password: 'changeit' } };

describe.each([
  ['batch append', {}],
  ['classic append', classic],
])('%s', (_name, call) => {
  it('answers with revision and position of the last event, as they are read later', async () => {
    const stream = newStream();
    const result = await store.client.appendToStream(stream, someEvents(3), {
      expectedRevision: NO_STREAM,
      ...call,
    });
    const events = await collect(store.client.readStream(stream));
    expect(result).toEqual({ success: true, nextExpectedRevision: 2n, position: events[2]?.event?.position });
  });

  it('refuses a wrong expected revision and stores nothing', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(2));
    for (const expectedRevision of [NO_STREAM, 0n, 5n] as const) {
      const appending = store.client.appendToStream(stream, oneEvent(), { expectedRevision, ...call });
      const error = await appending.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({
        streamName: stream,
        actualVersion: 1n,
        expectedVersion: expectedRevision,
      });
    }
    expect(await collect(store.client.readStream(stream))).toHaveLength(2);
  });

  it('refuses to append to a stream that should exist and does not', async () => {
    const stream = newStream();
    const appending = store.client.appendToStream(stream, oneEvent(), {
      expectedRevision: STREAM_EXISTS,
      ...call,
    });
    await expect(appending).rejects.toMatchObject({
      actualVersion: 'no_stream',
      expectedVersion: STREAM_EXISTS,
    });
  });

  it.each<AppendExpectedRevision>([ANY, NO_STREAM, STREAM_EXISTS, 0n])(
    'tells the same when an append is repeated, expecting %s',
    async (expectedRevision) => {
      const stream = newStream();
      const isThere = expectedRevision === STREAM_EXISTS || expectedRevision === 0n;
      if (isThere) await store.client.appendToStream(stream, oneEvent(), call);
      const events = someEvents(3);
      const first = await store.client.appendToStream(stream, events, { expectedRevision, ...call });
      await store.client.appendToStream(stream, oneEvent(), call);
      const again = await store.client.appendToStream(stream, events, { expectedRevision, ...call });
      expect(again).toEqual(first);
      expect(await collect(store.client.readStream(stream))).toHaveLength(isThere ? 5 : 4);
    },
  );

  it('knows events by their ids wherever they stand, when any revision will do', async () => {
    const stream = newStream();
    const [one, two, three] = someEvents(3);
    if (!one || !two || !three) throw new Error('three events were wanted');
    const first = await store.client.appendToStream(stream, [one, two, three], call);
    expect(await store.client.appendToStream(stream, [one, three], call)).toEqual(first);
    expect(await store.client.appendToStream(stream, [three, one], call)).toMatchObject({
      nextExpectedRevision: 0n,
    });
    const twice = await store.client.appendToStream(newStream(), [one, one], call);
    expect(twice.nextExpectedRevision).toBe(1n);
    expect(await collect(store.client.readStream(stream))).toHaveLength(3);
  });

  it('appends all when it does not know the first event, when any revision will do', async () => {
    const stream = newStream();
    const known = oneEvent();
    await store.client.appendToStream(stream, known, call);
    const result = await store.client.appendToStream(stream, [oneEvent(), known], call);
    expect(result.nextExpectedRevision).toBe(2n);
    expect(await collect(store.client.readStream(stream))).toHaveLength(3);
  });

  it.each<AppendExpectedRevision>([NO_STREAM, 0n])(
    'refuses other events than those that followed on %s, be it the first or a later one that differs',
    async (expectedRevision) => {
      const stream = newStream();
      if (expectedRevision === 0n) await store.client.appendToStream(stream, oneEvent(), call);
      const [one, two, three] = someEvents(3);
      if (!one || !two || !three) throw new Error('three events were wanted');
      await store.client.appendToStream(stream, [one, two], call);
      for (const events of [[two, one], [one, three], [three], [one, two, three]]) {
        const appending = store.client.appendToStream(stream, events, { expectedRevision, ...call });
        await expect(appending).rejects.toBeInstanceOf(WrongExpectedVersionError);
      }
      expect(await store.client.appendToStream(stream, one, { expectedRevision, ...call })).toMatchObject({
        nextExpectedRevision: expectedRevision === 0n ? 1n : 0n,
      });
    },
  );

  it('does not take an event that another stream has for a repeated one', async () => {
    const event = oneEvent();
    const streams = [newStream(), newStream()];
    for (const stream of streams) await store.client.appendToStream(stream, event, call);
    for (const stream of streams) expect(await collect(store.client.readStream(stream))).toHaveLength(1);
  });

  it.each(['$all', '', '$$'])('to %j is never allowed: that is no stream to write to', async (stream) => {
    await expect(store.client.appendToStream(stream, oneEvent(), call)).rejects.toBeInstanceOf(
      AccessDeniedError,
    );
  });

  it('refuses a repeated append that goes on with an unknown event', async () => {
    const stream = newStream();
    const events = someEvents(2);
    await store.client.appendToStream(stream, events, call);
    const appending = store.client.appendToStream(stream, [...events, oneEvent()], call);
    await expect(appending).rejects.toBeInstanceOf(WrongExpectedVersionError);
  });
});

it('knows a repeated append after any number of others and a restart', async () => {
  const stream = newStream();
  const events = someEvents(2);
  const first = await store.client.appendToStream(stream, events);
  for (let round = 0; round < 20; round++) await store.client.appendToStream(stream, someEvents(500));
  await store.restart();
  expect(await store.client.appendToStream(stream, events)).toEqual(first);
});

it('stores appends of one connection in the order in which they were sent', async () => {
  const streams = Array.from({ length: 50 }, () => newStream());
  const events = someEvents(2_000);
  const head = await store.client.appendToStream(newStream(), oneEvent());
  await Promise.all(
    events.map((event, index) => store.client.appendToStream(streams[index % streams.length] ?? '', event)),
  );
  const stored = await collect(store.client.readAll({ fromPosition: head.position ?? START }));
  expect(idsOf(stored).slice(1)).toEqual(events.map(({ id }) => id));
});
