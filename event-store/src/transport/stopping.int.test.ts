import { rmSync } from 'node:fs';
import {
  CancelledError,
  EventStoreDBClient,
  jsonEvent,
  START,
  UnavailableError,
  type JSONEventData,
} from '@eventstore/db-client';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startEventStore } from '../server.ts';
import { collect, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { launchStore } from '../testing/store-process.ts';
import { temporaryDirectory } from '../testing/test-store.ts';

const directory = temporaryDirectory();
afterAll(() => rmSync(directory, { recursive: true }));

async function start(port = 0) {
  const server = await startEventStore({ directory, port, insecure: true });
  const client = EventStoreDBClient.connectionString(server.connectionString);
  onTestFinished(async () => {
    await client.dispose();
    await server.stop();
  });
  return { server, client };
}

/** A list of events without an end. The official client goes through it one by one. */
function endless(onSent: (count: number) => void): JSONEventData[] {
  const events: JSONEventData[] = [];
  function* all(): ArrayIterator<JSONEventData> {
    for (let sent = 0; ; sent++) {
      onSent(sent);
      yield jsonEvent({ type: 'T', data: {} });
    }
  }
  return Object.assign(events, { [Symbol.iterator]: all });
}

describe('a server that stops', () => {
  it('cancels batch appends, or has stored them', async () => {
    const { server, client } = await start();
    const outcomes: unknown[] = [];
    const writing = (async () => {
      for (;;) await client.appendToStream(newStream(), oneEvent()).then(() => outcomes.push('stored'));
    })();
    const ended = expect(writing).rejects.toSatisfy(
      (error) => error instanceof CancelledError || error instanceof UnavailableError,
    );
    await expect.poll(() => outcomes.length).toBeGreaterThan(5);
    await server.stop();
    await ended;
  });

  it('tells a classic append whose end has not come that it is unavailable, and stores nothing of it', async () => {
    const { server, client } = await start();
    await client.appendToStream(newStream(), oneEvent());
    const stream = newStream();
    let isStopping = false;
    const events = endless((sent) => {
      if (sent < 500 || isStopping) return;
      isStopping = true;
      void server.stop();
    });
    const appending = client.appendToStream(stream, events, {
      credentials: { username: 'admin', password: 'changeit' },
    });
    await expect(appending).rejects.toBeInstanceOf(UnavailableError);
    await server.stop();
    const again = await start();
    await expect(collect(again.client.readStream(stream))).rejects.toMatchObject({
      type: 'stream-not-found',
    });
  });

  it.each([
    ['takes nothing more until it is over', false],
    ['goes on taking', true],
  ])('cancels a read under way of a client that %s', async (_, goesOn) => {
    const { server, client } = await start();
    const stream = newStream();
    await client.appendToStream(stream, someEvents(20_000));
    let stopping: Promise<void> | undefined;
    const reading = (async () => {
      let count = 0;
      for await (const event of client.readStream(stream)) {
        expect(event.event?.streamId).toBe(stream);
        if (++count !== 100) continue;
        stopping = server.stop();
        if (!goesOn) await stopping;
      }
    })();
    await expect(reading).rejects.toBeInstanceOf(CancelledError);
    await stopping;
  });

  it('leaves its port, and comes back on it with all that was there', async () => {
    const { server, client } = await start();
    const stream = newStream();
    await client.appendToStream(stream, someEvents(3));
    await client.deleteStream(stream);
    await server.stop();
    const refused = EventStoreDBClient.connectionString(server.connectionString);
    await expect(refused.appendToStream(stream, oneEvent())).rejects.toThrow(
      /Failed to discover|UNAVAILABLE/,
    );
    const again = await start(server.port);
    await again.client.appendToStream(stream, oneEvent());
    const events = await collect(again.client.readStream(stream, { fromRevision: START }));
    expect(events.map(({ event }) => event?.revision)).toEqual([3n]);
  });
});

it('a client of a store that is killed is told that it is unavailable, whatever it was doing', async () => {
  const store = await launchStore({ directory: temporaryDirectory() });
  const stream = newStream();
  await store.client.appendToStream(stream, someEvents(20_000));
  let killed: Promise<void> | undefined;
  const kill = (): void => void (killed ??= store.kill('SIGKILL'));
  const writing = async (): Promise<void> => {
    for (;;) await store.client.appendToStream(newStream(), oneEvent());
  };
  const appending = async (): Promise<void> => {
    const events = endless(() => undefined);
    const credentials = { username: 'admin', password: 'changeit' };
    await store.client.appendToStream(newStream(), events, { credentials });
  };
  const reading = async (): Promise<void> => {
    let count = 0;
    for await (const { event } of store.client.readStream(stream)) {
      expect(event?.streamId).toBe(stream);
      if (++count === 100) kill();
    }
  };
  const outcomes = await Promise.allSettled([writing(), appending(), reading()]);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(UnavailableError) as Error });
  }
  await killed;
  const next = store.client.appendToStream(stream, oneEvent());
  await expect(next).rejects.toThrow(/UNAVAILABLE/);
});
