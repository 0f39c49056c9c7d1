import type { PresenceStatus } from '@verbatim/shared';
import { expect, test, vi } from 'vitest';
import { RecordingSubscriber } from '../rooms/recording-subscriber.ts';
import { outboundLimits } from '../wire/outbound.ts';
import { encodeFrame } from '../wire/encode-frame.ts';
import { PresenceAnnouncer } from './presence-announcer.ts';
import { PresenceBook } from './presence-book.ts';

const organizationId = '01890000-0000-7000-8000-0000000000aa';
const backlog = Buffer.concat(
  Array.from({ length: outboundLimits.unreadBytesForMomentary / 10 }, () => encodeFrame({ type: 'pong' })),
);

const patience = { timeout: 30_000 };

function setUp(mayKnow: (userId: string) => boolean = () => true) {
  const book = new PresenceBook();
  const announcer = new PresenceAnnouncer(book, (_listener, { userId }) => mayKnow(userId));
  const listener = new RecordingSubscriber('listener');
  return {
    listener,
    become: (userId: string, status: PresenceStatus) => {
      const person = { organizationId, userId };
      book.setHere(person, status);
      book.settle([person], 0);
      announcer.announce(person, [listener]);
    },
    heard: () =>
      listener.frames.flatMap((frame) => (frame.type === 'presence' ? [[frame.userId, frame.status]] : [])),
  };
}

test('everybody is told at once, but for the person', () => {
  const { become, heard } = setUp();
  become('ann', 'online');
  become('listener', 'online');
  become('ann', 'offline');
  expect(heard()).toEqual([
    ['ann', 'online'],
    ['ann', 'offline'],
  ]);
});

test('whoever has too much to read is told what is so once they have read it', async () => {
  const { listener, become, heard } = setUp();
  listener.pause();
  listener.send(backlog);
  become('ann', 'online');
  become('bob', 'online');
  become('ann', 'away');
  become('cat', 'online');
  become('cat', 'offline');
  listener.resume();
  await vi.waitFor(
    () =>
      expect(heard()).toEqual([
        ['ann', 'away'],
        ['bob', 'online'],
        ['cat', 'offline'],
      ]),
    patience,
  );
});

test('a thousand who come at once are told of, each', async () => {
  const { listener, become, heard } = setUp();
  listener.pause();
  for (let count = 0; count < 1_000; count += 1) become(`somebody ${count}`, 'online');
  expect(listener.unreadBytes).toBeLessThan(2 * outboundLimits.unreadBytesForMomentary);
  listener.resume();
  await vi.waitFor(() => expect(new Set(heard().map(([userId]) => userId)).size).toBe(1_000), patience);
});

test('of somebody with whom no room is shared any more nothing is made up for', async () => {
  const { listener, become, heard } = setUp((userId) => userId !== 'ann');
  listener.pause();
  listener.send(backlog);
  become('ann', 'online');
  become('bob', 'online');
  listener.resume();
  await vi.waitFor(() => expect(heard()).toEqual([['bob', 'online']]), patience);
});
