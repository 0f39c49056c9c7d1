import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../logging/logger.ts';
import type { PushEvent, PushPublisher, PushSubscriber } from './channel.ts';
import { createPushPublisher } from './publisher.ts';
import type { PushBatch } from './push.ts';
import { createPushSubscriber } from './subscriber.ts';

/** A busy machine is slow; nothing here is about time. */
const patience = { timeout: 20_000 };

const logger = createLogger({ name: 'test', level: 'silent' });
const anyPort = 'tcp://:a-secret-for-the-test@127.0.0.1:0';
const batch = (position: number, payload = ''): PushBatch => ({
  position: `${position}`,
  items: [{ kind: 'directory', organizationId: `org${payload}`, version: position }],
});

const running: (PushPublisher | PushSubscriber)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

async function publisherAt(url: string): Promise<{ publisher: PushPublisher; url: string }> {
  const publisher = createPushPublisher({ url, logger });
  running.push(publisher);
  return { publisher, url: await publisher.url };
}

async function relayAt(url: string): Promise<{ relay: PushSubscriber; heard: PushEvent[] }> {
  const relay = createPushSubscriber(url);
  const heard: PushEvent[] = [];
  relay.events.subscribe((event) => heard.push(event));
  running.push(relay);
  await vi.waitFor(() => expect(heard).toContainEqual({ type: 'connected' }), patience);
  return { relay, heard };
}

const batchesIn = (heard: readonly PushEvent[]): PushBatch[] =>
  heard.flatMap((event) => (event.type === 'batch' ? [event.batch] : []));

describe('the direct channel', () => {
  test('brings every batch to every relay, in order', async () => {
    const { publisher, url } = await publisherAt(anyPort);
    const relays = [await relayAt(url), await relayAt(url)];
    const batches = Array.from({ length: 500 }, (_, index) => batch(index));
    for (const each of batches) publisher.publish(each);
    for (const { heard } of relays)
      await vi.waitFor(() => expect(batchesIn(heard)).toEqual(batches), patience);
  });

  test('cuts a large batch into parts that hold the same items', async () => {
    const { publisher, url } = await publisherAt(anyPort);
    const { heard } = await relayAt(url);
    const items = Array.from({ length: 30 }, (_, index) => batch(index, 'é'.repeat(50_000)).items).flat();
    publisher.publish({ position: '9', items });
    await vi.waitFor(() => expect(batchesIn(heard).flatMap((part) => part.items)).toEqual(items), patience);
    expect(batchesIn(heard).length).toBeGreaterThan(3);
  });

  test('comes back after the publisher was away, and says so', async () => {
    const first = await publisherAt(anyPort);
    const { heard } = await relayAt(first.url);
    await first.publisher.stop();
    await vi.waitFor(() => expect(heard.at(-1)?.type).toBe('disconnected'), patience);
    const second = await publisherAt(first.url);
    await vi.waitFor(() => expect(heard.at(-1)?.type).toBe('connected'), patience);
    second.publisher.publish(batch(7));
    await vi.waitFor(() => expect(batchesIn(heard)).toEqual([batch(7)]), patience);
  });

  test('takes the port over once its holder has gone', async () => {
    const holder = await publisherAt(anyPort);
    const standby = createPushPublisher({ url: holder.url, logger });
    running.push(standby);
    await holder.publisher.stop();
    expect(await standby.url).toBe(holder.url);
  });

  test('passes what a relay tells its peers to the others alone', async () => {
    const { url } = await publisherAt(anyPort);
    const [one, other] = [await relayAt(url), await relayAt(url)];
    const message = { kind: 'typing', organizationId: 'o', roomId: 'r', userId: 'u' } as const;
    one.relay.sendToPeers(message);
    await vi.waitFor(() => expect(other.heard).toContainEqual({ type: 'peer', message }), patience);
    other.relay.sendToPeers({ ...message, userId: 'v' });
    await vi.waitFor(() => expect(one.heard.filter(({ type }) => type === 'peer')).toHaveLength(1), patience);
  });

  test('cuts a relay that does not read, while others go on', async () => {
    const { publisher, url } = await publisherAt(anyPort);
    const { heard } = await relayAt(url);
    const stuck = connect(Number(new URL(url).port), '127.0.0.1');
    stuck.write(
      `${JSON.stringify({ kind: 'hello', protocol: 'verbatim.push.v1', secret: 'a-secret-for-the-test' })}\n`,
    );
    await new Promise((resolve) => stuck.once('data', resolve));
    stuck.pause();
    const wasCut = new Promise((resolve) => stuck.once('close', resolve).on('error', () => undefined));
    let sent = 0;
    const pushing = setInterval(() => {
      if (sent < 400) publisher.publish(batch(sent++, 'x'.repeat(100_000)));
    }, 1);
    await vi.waitFor(() => expect(batchesIn(heard)).toHaveLength(400), patience);
    clearInterval(pushing);
    stuck.resume();
    await wasCut;
  });

  test.each([
    ['a wrong secret', { kind: 'hello', protocol: 'verbatim.push.v1', secret: 'not-that-secret' }],
    ['no hello', { kind: 'peer', message: {} }],
  ])('tells nothing to whoever gives %s', async (_name, line) => {
    const { url } = await publisherAt(anyPort);
    const stranger = connect(Number(new URL(url).port), '127.0.0.1');
    let heard = '';
    stranger.on('data', (piece) => (heard += piece.toString()));
    stranger.write(`${JSON.stringify(line)}\n`);
    await new Promise((resolve) => stranger.once('close', resolve));
    expect(heard).toBe('');
  });
});

test('an address without a proper secret is refused without being repeated', () => {
  expect(() => createPushPublisher({ url: 'tcp://:short@127.0.0.1:1', logger })).toThrow(/tcp:\/\/:SECRET@/);
});
