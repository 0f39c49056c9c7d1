import { rmSync } from 'node:fs';
import {
  BACKWARDS,
  binaryEvent,
  END,
  EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  START,
  StreamDeletedError,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { collect, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { startEventStore } from '../server.ts';
import { temporaryDirectory, useTestStore } from '../testing/test-store.ts';

const store = useTestStore();

async function revisions(
  ...args: Parameters<typeof store.client.readStream>
): Promise<(bigint | undefined)[]> {
  const events = await collect(store.client.readStream(...args));
  return events.map(({ event }) => event?.revision);
}

describe('reading a stream of five events', () => {
  const stream = newStream();
  beforeAll(() => store.client.appendToStream(stream, someEvents(5)));

  it.each([
    ['all of it', {}, [0n, 1n, 2n, 3n, 4n]],
    ['from a revision', { fromRevision: 2n }, [2n, 3n, 4n]],
    ['so many', { fromRevision: 1n, maxCount: 2 }, [1n, 2n]],
    ['from behind the end', { fromRevision: 9n }, []],
    ['backwards from the end', { direction: BACKWARDS, fromRevision: END }, [4n, 3n, 2n, 1n, 0n]],
    ['backwards from a revision', { direction: BACKWARDS, fromRevision: 2n }, [2n, 1n, 0n]],
    ['backwards from behind the end', { direction: BACKWARDS, fromRevision: 99n }, [4n, 3n, 2n, 1n, 0n]],
    ['backwards from the start', { direction: BACKWARDS, fromRevision: START }, [0n]],
    ['forwards from the end', { direction: FORWARDS, fromRevision: END }, [4n]],
    ['the newest', { direction: BACKWARDS, fromRevision: END, maxCount: 1 }, [4n]],
  ] as const)('gives %s', async (_name, options, expected) => {
    expect(await revisions(stream, options)).toEqual(expected);
  });
});

describe('an event', () => {
  it('comes back as it was appended, with the time of its storing', async () => {
    const stream = newStream();
    const event = jsonEvent({
      type: 'CC ‐ 1830',
      data: { text: 'Ę\u0018 \u2028', nested: [1, null, { deep: true }] },
      metadata: { by: 'somebody' },
    });
    const before = Date.now();
    const { position } = await store.client.appendToStream(stream, event);
    const after = Date.now();
    const [read] = await collect(store.client.readStream(stream));
    const { id, type, data, metadata } = event;
    expect(read?.event).toMatchObject({ id, type, data, metadata, streamId: stream, isJson: true, position });
    expect(read?.event?.created.getTime()).toBeGreaterThanOrEqual(before);
    expect(read?.event?.created.getTime()).toBeLessThanOrEqual(after);
    expect(read?.link).toBeUndefined();
    expect(read?.commitPosition).toBe(position?.commit);
  });

  it('may hold any bytes', async () => {
    const stream = newStream();
    const data = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const metadata = Uint8Array.from([0xff, 0, 0xfe]);
    await store.client.appendToStream(stream, [
      binaryEvent({ type: 'Bytes', data, metadata }),
      binaryEvent({ type: 'Empty', data: new Uint8Array() }),
      jsonEvent({ type: 'Text', data: 'just a string' as never }),
    ]);
    const [bytes, empty, text] = await collect(store.client.readStream(stream));
    expect(bytes?.event).toMatchObject({ isJson: false, data, metadata });
    expect(empty?.event?.data).toHaveLength(0);
    expect(empty?.event?.metadata).toBeUndefined();
    expect(text?.event?.data).toBe('just a string');
  });

  it('may lie in a stream of any name', async () => {
    for (const name of ['안녕', 'สวัสดี', '🎉 ünï', 'with space/and %25', `long-${'x'.repeat(5_000)}`]) {
      const stream = newStream(name);
      const event = oneEvent();
      await store.client.appendToStream(stream, event);
      const [read] = await collect(store.client.readStream(stream));
      expect(read?.event).toMatchObject({ id: event.id, streamId: stream });
    }
  });

  it('may be as large as clients can receive, if the store is to take so much', async () => {
    const directory = temporaryDirectory();
    const maxAppendBytes = 16 * 1024 * 1024;
    const server = await startEventStore({ directory, port: 0, insecure: true, maxAppendBytes });
    const client = EventStoreDBClient.connectionString(server.connectionString);
    const data = new Uint8Array(maxAppendBytes).fill(7);
    for (const call of [{}, { credentials: { username: 'admin', password: 'changeit' } }]) {
      const stream = newStream();
      await client.appendToStream(stream, binaryEvent({ type: 'Large', data }), {
        deadline: 60_000,
        ...call,
      });
      const [read] = await collect(client.readStream(stream));
      expect(Buffer.compare(data, read?.event?.data as Uint8Array)).toBe(0);
    }
    await client.dispose();
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  it('may be large', async () => {
    const stream = newStream();
    const data = new Uint8Array(1024 * 1024).fill(7);
    await store.client.appendToStream(stream, binaryEvent({ type: 'Large', data }));
    const [read] = await collect(store.client.readStream(stream));
    expect(read?.event?.data).toHaveLength(data.length);
  });
});

it('a call that wants the leader is served, since this node is it', async () => {
  const stream = newStream();
  const requiresLeader = true;
  await store.client.appendToStream(stream, oneEvent(), { requiresLeader });
  expect(await revisions(stream, { requiresLeader })).toEqual([0n]);
});

describe('a stream that is not there', () => {
  it('is not found', async () => {
    const stream = newStream();
    const error = await collect(store.client.readStream(stream)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StreamNotFoundError);
  });

  it('is not found when it has nothing but metadata', async () => {
    const stream = newStream();
    await store.client.setStreamMetadata(stream, { maxCount: 3 });
    await expect(collect(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
  });
});

describe('metadata of a stream', () => {
  it('is what was set, or nothing', async () => {
    const stream = newStream();
    expect(await store.client.getStreamMetadata(stream)).toEqual({ streamName: stream });
    await store.client.setStreamMetadata(stream, { maxCount: 3, custom: 'thing' });
    const metadata = await store.client.getStreamMetadata(stream);
    expect(metadata).toMatchObject({ metadata: { maxCount: 3, custom: 'thing' } });
  });

  it('hides all but so many of the newest', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(5));
    await store.client.setStreamMetadata(stream, { maxCount: 2 });
    expect(await revisions(stream)).toEqual([3n, 4n]);
    expect(await revisions(stream, { direction: BACKWARDS, fromRevision: END })).toEqual([4n, 3n]);
    await store.client.appendToStream(stream, oneEvent());
    expect(await revisions(stream)).toEqual([4n, 5n]);
  });

  it('hides what lies before a revision, even all', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(5));
    await store.client.setStreamMetadata(stream, { truncateBefore: 3 });
    expect(await revisions(stream)).toEqual([3n, 4n]);
    await store.client.setStreamMetadata(stream, { truncateBefore: 50 });
    expect(await revisions(stream)).toEqual([]);
  });

  it('hides what any of its bounds hides', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(5));
    await store.client.setStreamMetadata(stream, { truncateBefore: 2, maxCount: 4 });
    expect(await revisions(stream)).toEqual([2n, 3n, 4n]);
    await store.client.setStreamMetadata(stream, { truncateBefore: 2, maxCount: 1 });
    expect(await revisions(stream)).toEqual([4n]);
  });

  it('hides what is older than so many seconds', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(2));
    await store.client.setStreamMetadata(stream, { maxAge: 60 });
    expect(await revisions(stream)).toEqual([0n, 1n]);
    await store.client.setStreamMetadata(stream, { maxAge: 1 });
    await expect.poll(() => revisions(stream)).toEqual([]);
  });

  it('that is no object restricts nothing', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(2));
    await store.client.appendToStream(`$$${stream}`, jsonEvent({ type: '$metadata', data: '****' as never }));
    expect(await revisions(stream)).toEqual([0n, 1n]);
  });

  it('is checked like any stream when it is set', async () => {
    const stream = newStream();
    await store.client.setStreamMetadata(stream, { maxCount: 1 }, { expectedRevision: 'no_stream' });
    const again = store.client.setStreamMetadata(stream, { maxCount: 2 }, { expectedRevision: 'no_stream' });
    await expect(again).rejects.toMatchObject({ type: 'wrong-expected-version' });
    expect(await revisions(`$$${stream}`)).toEqual([0n]);
  });
});

describe('reading all', () => {
  it('begins with events of the store itself, at positions above 0', async () => {
    const first = await collect(store.client.readAll({ maxCount: 2 }));
    expect(first).toHaveLength(2);
    for (const { event } of first) {
      expect(event?.type.startsWith('$')).toBe(true);
      expect(event?.position.commit).toBeGreaterThan(0n);
    }
  });

  it('takes a position as first forwards and as limit backwards', async () => {
    const events = someEvents(5);
    await store.client.appendToStream(newStream(), events);
    const newest = await collect(
      store.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 5 }),
    );
    expect(newest.map(({ event }) => event?.id)).toEqual(events.map(({ id }) => id).reverse());
    const third = newest[2]?.event?.position ?? START;
    const forwards = await collect(store.client.readAll({ fromPosition: third }));
    expect(forwards.map(({ event }) => event?.id)).toEqual(events.slice(2).map(({ id }) => id));
    const backwards = await collect(
      store.client.readAll({ direction: BACKWARDS, fromPosition: third, maxCount: 2 }),
    );
    expect(backwards.map(({ event }) => event?.id)).toEqual([events[1]?.id, events[0]?.id]);
    expect(await collect(store.client.readAll({ fromPosition: END }))).toEqual([]);
    expect(await collect(store.client.readAll({ direction: BACKWARDS, fromPosition: START }))).toEqual([]);
  });

  it('from what is no position is refused', async () => {
    const none = { commit: 3n, prepare: 4n };
    for (const fromPosition of [none, { commit: 2n ** 63n, prepare: 0n }]) {
      for (const direction of [FORWARDS, BACKWARDS] as const) {
        const reading = collect(store.client.readAll({ direction, fromPosition, maxCount: 1 }));
        await expect(reading).rejects.toThrow(/INVALID_ARGUMENT/);
      }
    }
  });

  it('shows truncated and deleted events too', async () => {
    const stream = newStream();
    const event = oneEvent();
    await store.client.appendToStream(stream, event);
    await store.client.deleteStream(stream);
    const all = await collect(store.client.readAll());
    expect(all.some((resolved) => resolved.event?.id === event.id)).toBe(true);
  });

  it('gives back every event once, in order, however many there are', async () => {
    const stream = newStream();
    for (let round = 0; round < 10; round++) await store.client.appendToStream(stream, someEvents(1_000));
    const all = await collect(store.client.readAll());
    const positions = all.map(({ event }) => event?.position.commit ?? 0n);
    expect(positions).toEqual(positions.map((_, index) => (positions[0] ?? 0n) + BigInt(index)));
    expect(await revisions(stream)).toHaveLength(10_000);
  });

  it('can be broken off', async () => {
    const reading = store.client.readAll();
    for await (const _event of reading) break;
    expect(await collect(store.client.readAll({ maxCount: 1 }))).toHaveLength(1);
  });
});

describe('links', () => {
  const stream = newStream();
  const links = newStream('links');
  const link = (to: string) => ({ ...binaryEvent({ type: '$>', data: Buffer.from(to) }) });

  beforeAll(async () => {
    await store.client.appendToStream(stream, someEvents(3));
    await store.client.appendToStream(links, [
      link(`1@${stream}`),
      link(`9@${stream}`),
      link(`0@${newStream()}`),
    ]);
  });

  it('are events of their own when they are not resolved', async () => {
    const read = await collect(store.client.readStream(links));
    expect(read.map(({ event }) => event?.type)).toEqual(['$>', '$>', '$>']);
    expect(read.every((resolved) => resolved.link === undefined)).toBe(true);
  });

  it('lead to the very event, with its own position, or to none', async () => {
    const [direct] = await collect(store.client.readStream(stream, { fromRevision: 1n, maxCount: 1 }));
    const [found, beyond, nowhere] = await collect(store.client.readStream(links, { resolveLinkTos: true }));
    expect(found?.event).toEqual(direct?.event);
    expect(found?.link).toMatchObject({ streamId: links, revision: 0n, type: '$>' });
    expect(found?.commitPosition).toBe(found?.link?.position?.commit);
    for (const broken of [beyond, nowhere]) {
      expect(broken?.event).toBeUndefined();
      expect(broken?.link?.streamId).toBe(links);
    }
  });

  it('to deleted events lead nowhere', async () => {
    const target = newStream();
    const linking = newStream('links');
    await store.client.appendToStream(target, oneEvent());
    await store.client.appendToStream(linking, link(`0@${target}`));
    await store.client.tombstoneStream(target);
    const [resolved] = await collect(store.client.readStream(linking, { resolveLinkTos: true }));
    expect(resolved?.event).toBeUndefined();
    await expect(collect(store.client.readStream(target))).rejects.toBeInstanceOf(StreamDeletedError);
  });
});
