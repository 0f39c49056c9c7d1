import {
  ANY,
  type AppendExpectedRevision,
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { collect, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore();

async function streamOf(count: number): Promise<string> {
  const stream = newStream();
  await store.client.appendToStream(stream, someEvents(count));
  return stream;
}

describe('deleting', () => {
  it('hides a stream and tells where that was noted', async () => {
    const stream = await streamOf(3);
    const { position } = await store.client.deleteStream(stream, { expectedRevision: 2n });
    expect(position?.commit).toBeGreaterThan(0n);
    await expect(collect(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
  });

  it('works whatever the revision when any is expected', async () => {
    const stream = await streamOf(1);
    await store.client.deleteStream(stream, { expectedRevision: ANY });
    await expect(collect(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
  });

  it.each([
    ['another revision', 5n, 5n],
    ['no stream', NO_STREAM, -1n],
  ] as const)('expecting %s is refused on a stream with events', async (_name, expectedRevision, sent) => {
    const stream = await streamOf(3);
    const error = await store.client
      .deleteStream(stream, { expectedRevision })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WrongExpectedVersionError);
    expect(error).toMatchObject({ streamName: stream, expectedVersion: sent, actualVersion: 2n });
  });

  it('a stream that was never there is refused, whatever is expected', async () => {
    for (const expectedRevision of [ANY, 0n] as const) {
      const error = await store.client
        .deleteStream(newStream(), { expectedRevision })
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({ actualVersion: 'no_stream' });
    }
  });

  it('a stream with nothing but metadata works, expecting no stream', async () => {
    const stream = newStream();
    await store.client.setStreamMetadata(stream, { maxCount: 2 });
    await store.client.deleteStream(stream, { expectedRevision: NO_STREAM });
  });
});

describe('a deleted stream', () => {
  it.each<[string, AppendExpectedRevision]>([
    ['any', ANY],
    ['no stream', NO_STREAM],
    ['its last revision', 2n],
  ])('comes back with a higher revision on an append expecting %s', async (_name, expectedRevision) => {
    const stream = await streamOf(3);
    await store.client.setStreamMetadata(stream, { maxAge: 1_000, custom: 12345678901234567890n.toString() });
    await store.client.deleteStream(stream);
    const event = oneEvent();
    const result = await store.client.appendToStream(stream, event, { expectedRevision });
    expect(result.nextExpectedRevision).toBe(3n);
    const read = await collect(store.client.readStream(stream));
    expect(read.map((resolved) => resolved.event?.id)).toEqual([event.id]);
    expect(await store.client.getStreamMetadata(stream)).toMatchObject({ metadata: { truncateBefore: 3 } });
  });

  it('is not there for an append that expects it, nor at another revision', async () => {
    const stream = await streamOf(3);
    await store.client.deleteStream(stream);
    const expecting = (expectedRevision: AppendExpectedRevision) =>
      store.client.appendToStream(stream, oneEvent(), { expectedRevision });
    await expect(expecting(STREAM_EXISTS)).rejects.toBeInstanceOf(StreamDeletedError);
    await expect(expecting(1n)).rejects.toBeInstanceOf(WrongExpectedVersionError);
  });

  it('comes back empty when its metadata is set', async () => {
    const stream = await streamOf(3);
    await store.client.deleteStream(stream);
    await store.client.setStreamMetadata(stream, { maxAge: 500, custom: 'kept' });
    expect(await collect(store.client.readStream(stream))).toEqual([]);
    expect(await store.client.getStreamMetadata(stream)).toMatchObject({
      metadata: { maxAge: 500, custom: 'kept', truncateBefore: 3 },
    });
    await store.client.appendToStream(stream, oneEvent());
    expect(await collect(store.client.readStream(stream))).toHaveLength(1);
  });

  it('comes back after a restart too', async () => {
    const stream = await streamOf(2);
    await store.client.deleteStream(stream);
    await store.restart();
    await store.client.appendToStream(stream, oneEvent());
    expect(await collect(store.client.readStream(stream))).toHaveLength(1);
  });
});

describe('a tombstone', () => {
  it('ends a stream for ever', async () => {
    const stream = await streamOf(2);
    await store.client.tombstoneStream(stream, { expectedRevision: 1n });
    const calls = [
      () => collect(store.client.readStream(stream)),
      () => store.client.appendToStream(stream, oneEvent()),
      () => store.client.appendToStream(stream, oneEvent(), { expectedRevision: NO_STREAM }),
      () => store.client.deleteStream(stream),
      () => store.client.tombstoneStream(stream),
      () => store.client.setStreamMetadata(stream, { maxCount: 1 }),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toBeInstanceOf(StreamDeletedError);
      await expect(call()).rejects.toMatchObject({ streamName: expect.stringContaining(stream) as string });
    }
  });

  it('can be set on a stream that is not there yet', async () => {
    const stream = newStream();
    await store.client.tombstoneStream(stream, { expectedRevision: NO_STREAM });
    await expect(collect(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamDeletedError);
  });

  it('is refused at a wrong revision, naming what was sent', async () => {
    const stream = await streamOf(2);
    const error = await store.client
      .tombstoneStream(stream, { expectedRevision: 7n })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ type: 'wrong-expected-version', expectedVersion: 7n, actualVersion: 1n });
  });

  it('holds after a restart', async () => {
    const stream = await streamOf(2);
    await store.client.tombstoneStream(stream);
    await store.restart();
    await expect(store.client.appendToStream(stream, oneEvent())).rejects.toBeInstanceOf(StreamDeletedError);
  });
});
