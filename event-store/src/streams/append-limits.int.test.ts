import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import {
  ANY,
  DeadlineExceededError,
  EventStoreDBClient,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  StreamNotFoundError,
  TimeoutError,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { startEventStore } from '../server.ts';
import { collect, idsOf, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { batchCall, chunk } from '../testing/raw-streams-client.ts';
import { rounds } from '../testing/rounds.ts';
import { temporaryDirectory, useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ writeTimeoutMs: 60_000 });
const classic = { credentials: { username: 'admin', password: 'changeit' } };
const names = { type: 'T', 'content-type': 'application/json' };

function manyEvents(count: number) {
  return Array.from({ length: count }, (_, n) =>
    jsonEvent({ type: 'test', data: { message: 'test', index: n } }),
  );
}

describe('an append that carries too much', () => {
  it.each([
    ['in a batch', {}],
    ['alone', classic],
  ])('%s is refused and stores nothing', async (_name, call) => {
    const stream = newStream();
    const appending = store.client.appendToStream(stream, manyEvents(40_000), {
      expectedRevision: ANY,
      deadline: 60_000,
      ...call,
    });
    const error = await appending.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
    expect(error).toMatchObject({ maxAppendSize: 1_048_576 });
    await expect(collect(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
  });

  it('is measured by its data alone', async () => {
    const stream = newStream();
    const result = await store.client.appendToStream(stream, manyEvents(28_000), {
      expectedRevision: NO_STREAM,
      deadline: 60_000,
    });
    expect(result.nextExpectedRevision).toBe(27_999n);
  });
});

describe('an append whose metadata', () => {
  const heavy = (megabytes: number) =>
    jsonEvent({ type: 'T', data: {}, metadata: { text: 'x'.repeat(megabytes * 1024 * 1024) } });

  it('is larger than its data may be is stored and can be read', async () => {
    const stream = newStream();
    const event = heavy(3);
    await store.client.appendToStream(stream, event);
    const [read] = await collect(store.client.readStream(stream));
    expect(read?.event?.metadata).toEqual(event.metadata);
  });

  it.each([
    ['in a batch', {}],
    ['alone', classic],
  ])('fills the memory is refused %s', async (_name, call) => {
    const stream = newStream();
    const events = Array.from({ length: 9 }, () => heavy(2));
    const appending = store.client.appendToStream(stream, events, {
      batchAppendSize: 1,
      deadline: 60_000,
      ...call,
    });
    await expect(appending).rejects.toThrow(/too large in all/i);
    await expect(collect(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
  });
});

describe('an append that is out of time', () => {
  it.each([30_000, 40_000])(
    'is told so and stores nothing, also when it carries %i events',
    async (count) => {
      const stream = newStream();
      const appending = store.client.appendToStream(stream, manyEvents(count), { deadline: 1 });
      await expect(appending).rejects.toBeInstanceOf(DeadlineExceededError);
      await expect(collect(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
    },
  );
});

it('an append alone whose deadline has passed before its end is told so and stores nothing', async () => {
  const stream = newStream();
  const appending = store.client.appendToStream(stream, manyEvents(30_000), { deadline: 1, ...classic });
  await expect(appending).rejects.toBeInstanceOf(DeadlineExceededError);
  await expect(collect(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
});

describe('a write that waits too long for its turn', () => {
  it('times out and stores nothing', async () => {
    const directory = temporaryDirectory();
    const server = await startEventStore({ directory, port: 0, insecure: true, writeTimeoutMs: 1 });
    const client = EventStoreDBClient.connectionString(server.connectionString);
    const stored: string[] = [];
    const errors: unknown[] = [];
    const append = async (event: ReturnType<typeof oneEvent>): Promise<void> => {
      await client.appendToStream(newStream(), event, classic).then(
        () => stored.push(event.id),
        (error: unknown) => errors.push(error),
      );
    };
    while (errors.length === 0) await Promise.all(someEvents(200).map(append));
    for (const error of errors) {
      expect(error).toBeInstanceOf(TimeoutError);
      expect(String(error)).toContain('Operation timed out');
    }
    const all = await collect(client.readAll());
    const ours = all.filter(({ event }) => event?.type === 'SomethingHappened');
    expect(new Set(idsOf(ours))).toEqual(new Set(stored));
    await client.dispose();
    await server.stop();
    rmSync(directory, { recursive: true });
  });
});

describe('appending nothing', () => {
  it.each([
    ['in a batch', {}],
    ['alone', classic],
  ])('%s tells the revision and stores nothing', async (_name, call) => {
    const stream = newStream();
    await store.client.appendToStream(stream, someEvents(2));
    const result = await store.client.appendToStream(stream, [], call);
    expect(result).toMatchObject({ success: true, nextExpectedRevision: 1n });
    const wrong = store.client.appendToStream(stream, [], { expectedRevision: 5n, ...call });
    await expect(wrong).rejects.toMatchObject({ type: 'wrong-expected-version', actualVersion: 1n });
  });
});

describe('a batch call', () => {
  it('stores an append that comes in chunks as one', async () => {
    const { call, answers, expectAnswers } = batchCall(store.server.port);
    const correlationId = randomUUID();
    const stream = newStream();
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    const events = ids.map((id) => ({ id, names }));
    call.write(chunk({ correlationId, stream, events: events.slice(0, 2), isFinal: false }));
    call.write(chunk({ correlationId, events: events.slice(2), isFinal: true }));
    await expectAnswers(1);
    expect(answers[0]?.getCorrelationId()?.getString()).toBe(correlationId);
    expect(answers[0]?.getSuccess()?.getCurrentRevision()).toBe('2');
    const read = await collect(store.client.readStream(stream));
    expect(read.map(({ event }) => event?.id)).toEqual(ids);
  });

  it('answers once, and passes over what still comes for the same append', async () => {
    const { call, answers, expectAnswers } = batchCall(store.server.port);
    const correlationId = randomUUID();
    const stream = newStream();
    call.write(chunk({ correlationId, stream, events: [{ id: randomUUID(), names: {} }], isFinal: false }));
    call.write(chunk({ correlationId, events: [{ id: randomUUID(), names }], isFinal: false }));
    call.write(chunk({ correlationId, events: [{ id: randomUUID(), names }], isFinal: true }));
    call.write(chunk({ correlationId, events: [{ id: randomUUID(), names }], isFinal: true }));
    const next = randomUUID();
    call.write(chunk({ correlationId: next, stream, events: [{ id: randomUUID(), names }], isFinal: true }));
    await expectAnswers(2);
    const [refused, done] = answers;
    expect(refused?.getCorrelationId()?.getString()).toBe(correlationId);
    expect(refused?.getError()?.getMessage()).toMatch(/'type' is missing/);
    expect(Buffer.from(refused?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString()).toBe(stream);
    expect(done?.getCorrelationId()?.getString()).toBe(next);
    expect(await collect(store.client.readStream(stream))).toHaveLength(1);
  });

  it('answers what is pending when the client has said its last, then ends', async () => {
    const { call, answers, hasEnded } = batchCall(store.server.port);
    const stream = newStream();
    for (let n = 0; n < 50; n++) {
      call.write(
        chunk({ correlationId: randomUUID(), stream, events: [{ id: randomUUID(), names }], isFinal: true }),
      );
    }
    call.end();
    await eventually('the call has ended', hasEnded);
    expect(answers).toHaveLength(50);
  });

  it('refuses what is begun and not ended when that becomes too much, and goes on with the rest', async () => {
    const { call, answers, expectAnswers } = batchCall(store.server.port);
    const stream = newStream();
    const large = { id: randomUUID(), names, metadata: new Uint8Array(7 * 1024 * 1024) };
    const begun = Array.from({ length: 5 }, () => randomUUID());
    for (const correlationId of begun) {
      call.write(chunk({ correlationId, stream, events: [large], isFinal: false }));
    }
    await expectAnswers(1);
    expect(answers.every((answer) => /unfinished/.test(answer.getError()?.getMessage() ?? ''))).toBe(true);
    const refused = new Set(answers.map((answer) => answer.getCorrelationId()?.getString()));
    const [first = ''] = begun.filter((id) => !refused.has(id));
    call.write(chunk({ correlationId: first, events: [], isFinal: true }));
    await expectAnswers(2);
    expect(answers.at(-1)?.getSuccess()?.getCurrentRevision()).toBe('0');
  });

  it('does nothing of an append whose end never came', async () => {
    const { call } = batchCall(store.server.port);
    const stream = newStream();
    call.write(
      chunk({ correlationId: randomUUID(), stream, events: [{ id: randomUUID(), names }], isFinal: false }),
    );
    call.end();
    await expect(collect(store.client.readStream(stream))).rejects.toBeInstanceOf(StreamNotFoundError);
  });
});

it('takes thousands of concurrent appends of 1 KB to one stream, in groups', async () => {
  const count = rounds(2_500, 10_000);
  const stream = newStream();
  const data = { text: 'x'.repeat(1_000) };
  const appends = Array.from({ length: count }, () =>
    store.client.appendToStream(stream, oneEvent(data), { deadline: 60_000 }),
  );
  const results = await Promise.all(appends);
  expect(new Set(results.map(({ nextExpectedRevision }) => nextExpectedRevision)).size).toBe(count);
});
