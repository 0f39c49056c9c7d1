import { hasNatsServer, startNatsServer, type NatsServer } from '@verbatim/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../logging/logger.ts';
import type { PushEvent, PushPublisher, PushSubscriber } from './channel.ts';
import { createPushPublisher } from './publisher.ts';
import type { PushBatch } from './push.ts';
import { createPushSubscriber } from './subscriber.ts';

/** A busy machine is slow; nothing here is about time. */
const patience = { timeout: 20_000 };

const logger = createLogger({ name: 'test', level: 'silent' });
const read = (roomId: string, readSeq: number) =>
  ({ kind: 'read', organizationId: 'o1', roomId, userId: 'u1', readSeq }) as const;
const itemsIn = (heard: readonly PushEvent[]) =>
  heard.flatMap((event) => (event.type === 'batch' ? event.batch.items : []));

// Without the program there is nothing to test against: Debian has it as `nats-server`.
describe.skipIf(!hasNatsServer())('the channel over NATS', () => {
  let nats: NatsServer;
  const running: (PushPublisher | PushSubscriber)[] = [];
  beforeAll(async () => {
    nats = await startNatsServer();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
  });
  afterAll(() => nats.stop());

  const publisher = (): PushPublisher => {
    const created = createPushPublisher({ url: nats.url, logger });
    running.push(created);
    return created;
  };
  const relay = async () => {
    const created = createPushSubscriber(nats.url);
    const heard: PushEvent[] = [];
    created.events.subscribe((event) => heard.push(event));
    running.push(created);
    await vi.waitFor(() => expect(heard).toContainEqual({ type: 'connected' }), patience);
    return { relay: created, heard };
  };
  /** A publisher drops while it connects; its greeting tells that it has. */
  const connectedPublisher = async (heard: readonly PushEvent[]): Promise<PushPublisher> => {
    const greetings = () => heard.filter(({ type }) => type === 'connected').length;
    const before = greetings();
    const created = publisher();
    await vi.waitFor(() => expect(greetings()).toBeGreaterThan(before), patience);
    return created;
  };

  test('brings the items of a room in order, from any projector to any relay', async () => {
    const relays = [await relay(), await relay()];
    const heard = relays[0]?.heard ?? [];
    const publishers = [await connectedPublisher(heard), await connectedPublisher(heard)];
    const rooms = ['r1', 'r2'];
    for (let seq = 1; seq <= 200; seq += 1) {
      const batch: PushBatch = { position: `${seq}`, items: rooms.map((roomId) => read(roomId, seq)) };
      publishers[0]?.publish(batch);
      publishers[1]?.publish({
        ...batch,
        items: [{ kind: 'directory', organizationId: 'o1', version: seq }],
      });
    }
    for (const each of relays) {
      await vi.waitFor(() => expect(itemsIn(each.heard)).toHaveLength(600), patience);
      for (const roomId of rooms) {
        const seqs = itemsIn(each.heard).flatMap((item) =>
          item.kind === 'read' && item.roomId === roomId ? [item.readSeq] : [],
        );
        expect(seqs).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
      }
    }
  });

  test('passes what a relay tells its peers to the others alone', async () => {
    const [one, other] = [await relay(), await relay()];
    const message = { kind: 'typing', organizationId: 'o', roomId: 'r', userId: 'u' } as const;
    one.relay.sendToPeers(message);
    await vi.waitFor(() => expect(other.heard).toContainEqual({ type: 'peer', message }), patience);
    expect(one.heard.some(({ type }) => type === 'peer')).toBe(false);
  });

  test('comes back on both sides after NATS was away, and says so', async () => {
    const { heard } = await relay();
    const pushing = await connectedPublisher(heard);
    await nats.restart();
    const sent = () => itemsIn(heard).length;
    await vi.waitFor(() => {
      pushing.publish({ position: '1', items: [read('r1', 1)] });
      expect(sent()).toBeGreaterThan(0);
    }, patience);
    const kinds = heard.map(({ type }) => type);
    expect(kinds.indexOf('disconnected')).toBeGreaterThan(0);
    expect(kinds.lastIndexOf('connected')).toBeGreaterThan(kinds.indexOf('disconnected'));
  });
});
