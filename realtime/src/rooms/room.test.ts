import { setImmediate as nextTurn } from 'node:timers/promises';
import { limits, type DurableFrame } from '@verbatim/shared';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { encodeFrame } from '../wire/encode-frame.ts';
import { TickFlusher } from '../wire/tick-flusher.ts';
import {
  deletedFrame,
  joinedFrame,
  leftFrame,
  messageFrame,
  organizationId,
  roomId,
  visibilityFrame,
} from './frames-fixture.ts';
import { RecordingSubscriber } from './recording-subscriber.ts';
import { Room } from './room.ts';
import type { Subscriber } from './subscriber.ts';

/** The room as Postgres has it: what was committed can be read, after a turn or a few. */
class Committed {
  readonly frames: DurableFrame[] = [];
  failures = 0;
  reads = 0;
  framesRead = 0;
  turnsToRead = 1;

  commit(make: (seq: number) => DurableFrame): DurableFrame {
    const frame = make(this.frames.length + 1);
    this.frames.push(frame);
    return frame;
  }

  readonly read = async (after: number, limit: number): Promise<readonly DurableFrame[]> => {
    this.reads += 1;
    const snapshot = this.frames.slice(after, after + limit);
    this.framesRead += snapshot.length;
    for (let turn = 0; turn < this.turnsToRead; turn += 1) await nextTurn();
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('Postgres is away');
    }
    return snapshot;
  };
}

function roomOver(committed: Committed, epoch = 0): Room {
  return new Room(
    { seq: committed.frames.length, epoch },
    {
      organizationId,
      roomId,
      flusher: new TickFlusher(),
      budget: { usedBytes: 0 },
      readFrames: committed.read,
      onTaken: () => undefined,
      onFault: () => undefined,
    },
  );
}

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
const settled = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 1 });

type Step =
  | { readonly do: 'commit'; readonly isPushed: boolean }
  | { readonly do: 'turn' }
  | { readonly do: 'subscribe'; readonly back: number }
  | { readonly do: 'leave' | 'pause' | 'resume' | 'compare'; readonly who: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('commit' as const), isPushed: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('subscribe' as const), back: fc.nat(12) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('leave' as const, 'pause' as const, 'resume' as const, 'compare' as const),
      who: fc.nat(20),
    }),
  },
);

describe('a room', () => {
  test('sends everybody each frame after theirs once and in order, whatever happens meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 80 }),
        fc.nat(20),
        fc.nat(2),
        async (steps, before, failures) => {
          const committed = new Committed();
          for (let seq = 0; seq < before; seq += 1) committed.commit(messageFrame);
          const room = roomOver(committed);
          committed.failures = failures;
          const everybody: { subscriber: RecordingSubscriber; start: number }[] = [];
          const left = new Set<RecordingSubscriber>();

          for (const each of steps) {
            if (each.do === 'commit') {
              const frame = committed.commit(messageFrame);
              if (each.isPushed) room.take(frame);
            } else if (each.do === 'turn') await nextTurn();
            else if (each.do === 'subscribe') {
              const lastSeq = committed.frames.length;
              const start = Math.max(0, lastSeq - each.back);
              const subscriber = new RecordingSubscriber(`u${everybody.length}`);
              room.expect({ seq: lastSeq, epoch: 0 });
              room.subscribe(subscriber, { lastSeq, isMember: true }, { seq: start });
              everybody.push({ subscriber, start });
            } else if (each.do === 'compare') room.expect({ seq: committed.frames.length, epoch: 0 });
            else {
              const one = everybody[each.who % Math.max(1, everybody.length)];
              if (each.do === 'leave' && one !== undefined) {
                room.unsubscribe(one.subscriber);
                left.add(one.subscriber);
              }
              if (each.do === 'pause') one?.subscriber.pause();
              if (each.do === 'resume') one?.subscriber.resume();
            }
          }
          for (const { subscriber } of everybody) subscriber.resume();
          room.expect({ seq: committed.frames.length, epoch: 0 });

          for (const { subscriber, start } of everybody)
            if (left.has(subscriber))
              expect(subscriber.seqs).toEqual(upTo(start + 1, start + subscriber.seqs.length));
            else
              await settled(() => expect(subscriber.seqs).toEqual(upTo(start + 1, committed.frames.length)));
        },
      ),
      { numRuns: process.env.VERBATIM_LONG ? 5_000 : 150 },
    );
  });

  test('joins the frames of a turn into one write that all receive', async () => {
    const committed = new Committed();
    const room = roomOver(committed);
    const subscribers = [new RecordingSubscriber('a'), new RecordingSubscriber('b')];
    for (const subscriber of subscribers) room.subscribe(subscriber, { lastSeq: 0, isMember: true });
    const writes: Buffer[][] = subscribers.map((subscriber) => {
      const seen: Buffer[] = [];
      const send = subscriber.send.bind(subscriber);
      subscriber.send = (bytes) => {
        seen.push(bytes);
        send(bytes);
      };
      return seen;
    });
    for (let count = 0; count < 5; count += 1) room.take(committed.commit(messageFrame));
    await settled(() => expect(subscribers[1]?.seqs).toEqual([1, 2, 3, 4, 5]));
    expect(writes.map(({ length }) => length)).toEqual([1, 1]);
    expect(writes[0]?.[0]).toBe(writes[1]?.[0]);
  });

  test('reads once for many who come back to the same place', async () => {
    const committed = new Committed();
    for (let seq = 0; seq < 50; seq += 1) committed.commit(messageFrame);
    const room = roomOver(committed);
    const subscribers = Array.from({ length: 40 }, (_, index) => new RecordingSubscriber(`u${index}`));
    for (const subscriber of subscribers)
      room.subscribe(subscriber, { lastSeq: 50, isMember: true }, { seq: 20 });
    for (const subscriber of subscribers) await settled(() => expect(subscriber.seqs).toEqual(upTo(21, 50)));
    expect(committed.reads).toBe(1);
  });

  test('reads little more than it sends of large frames, which no socket takes at once', async () => {
    const committed = new Committed();
    while (committed.frames.length < limits.resumeFrames)
      committed.commit((seq) => messageFrame(seq, 'x'.repeat(limits.messageCharacters)));
    const room = roomOver(committed);
    const client = new RecordingSubscriber('client');
    client.pause();
    room.subscribe(client, { lastSeq: limits.resumeFrames, isMember: true }, { seq: 0 });
    while (client.seqs.length < limits.resumeFrames) {
      await nextTurn();
      client.resume();
      client.pause();
    }
    expect(client.seqs).toEqual(upTo(1, limits.resumeFrames));
    expect(committed.framesRead).toBeLessThan(3 * limits.resumeFrames);
  });

  test('tells what is said beside its frames to those who catch up too, and no more to the removed', async () => {
    const committed = new Committed();
    for (let seq = 0; seq < 50; seq += 1) committed.commit(messageFrame);
    const room = roomOver(committed);
    const [behind, gone] = [new RecordingSubscriber('u'), new RecordingSubscriber('gone')];
    for (const subscriber of [behind, gone])
      room.subscribe(subscriber, { lastSeq: 50, isMember: true }, { seq: 20 });
    room.take(committed.commit((seq) => leftFrame(seq, 'gone')));
    room.sendMomentary(encodeFrame({ type: 'read', roomId, userId: 'u', readSeq: 50 }));
    const receivers = new Set<Subscriber>();
    room.collectSubscribers(receivers);
    expect([...receivers]).toEqual([behind]);
    expect([behind, gone].map(({ frames }) => frames.map(({ type }) => type))).toEqual([['read'], []]);
    await settled(() => expect(behind.seqs).toEqual(upTo(21, 51)));
  });

  test('tells a gap to whoever is further behind than a catch-up goes, and goes on live', async () => {
    const committed = new Committed();
    for (let seq = 0; seq < 502; seq += 1) committed.commit(messageFrame);
    const room = roomOver(committed);
    const subscriber = new RecordingSubscriber('u');
    room.subscribe(subscriber, { lastSeq: 502, isMember: true }, { seq: 1 });
    room.take(committed.commit(messageFrame));
    await settled(() => expect(subscriber.seqs).toEqual([503]));
    expect(subscriber.frames[0]).toEqual({ type: 'gap', roomId, from: 2, to: 502 });
  });

  test.each([
    ['is ahead of the room', { seq: 9 }],
    ['is of another epoch', { seq: 2, epoch: 0 }],
  ])('tells a client to fetch afresh whose cursor %s', async (_name, cursor) => {
    const committed = new Committed();
    for (let seq = 0; seq < 5; seq += 1) committed.commit(messageFrame);
    const room = roomOver(committed, 1);
    const subscriber = new RecordingSubscriber('u');
    room.subscribe(subscriber, { lastSeq: 5, isMember: true }, cursor);
    room.take(committed.commit(messageFrame));
    await settled(() => expect(subscriber.seqs).toEqual([6]));
    expect(subscriber.frames[0]).toEqual({ type: 'reset', roomId, epoch: 1 });
  });

  test('keeps nobody who ends by what they are told as they come', () => {
    const room = roomOver(new Committed());
    const slow = new RecordingSubscriber('u');
    slow.send = () => {
      slow.isOpen = false;
      room.unsubscribe(slow);
    };
    room.subscribe(slow, { lastSeq: 0, isMember: true }, { seq: 9 });
    expect([slow.isOpen, room.audienceSize]).toEqual([false, 0]);
  });

  test('sends nothing that comes after a removal to the removed, live or catching up', async () => {
    const committed = new Committed();
    for (let seq = 0; seq < 5; seq += 1) committed.commit(messageFrame);
    const room = roomOver(committed);
    const [live, behind, other] = ['gone', 'gone', 'stays'].map((userId) => new RecordingSubscriber(userId));
    if (!live || !behind || !other) throw new Error('three were made');
    room.subscribe(live, { lastSeq: 5, isMember: true });
    room.subscribe(other, { lastSeq: 5, isMember: true });
    room.subscribe(behind, { lastSeq: 5, isMember: true }, { seq: 0 });
    room.take(committed.commit(messageFrame));
    room.take(committed.commit((seq) => leftFrame(seq, 'gone')));
    room.take(committed.commit(messageFrame));
    await settled(() => expect(other.seqs).toEqual([6, 7, 8]));
    expect(live.seqs).toEqual([6]);
    expect(Math.max(0, ...behind.seqs)).toBeLessThan(7);
    expect([live.lost, behind.lost, other.lost]).toEqual([[roomId], [roomId], []]);
  });

  test('does not admit rights that were read before a removal that it has seen', () => {
    const committed = new Committed();
    const room = roomOver(committed);
    room.take(committed.commit((seq) => joinedFrame(seq, 'u')));
    room.take(committed.commit((seq) => leftFrame(seq, 'u')));
    expect(room.admits('u', { lastSeq: 1, isMember: true })).toBe(false);
    expect(room.admits('u', { lastSeq: 2, isMember: false })).toBe(true);
    room.take(committed.commit((seq) => visibilityFrame(seq, 'private')));
    expect(room.admits('v', { lastSeq: 2, isMember: false })).toBe(false);
    expect(room.admits('v', { lastSeq: 2, isMember: true })).toBe(true);
  });

  test('keeps somebody who came back after a removal that their rights know of', async () => {
    const committed = new Committed();
    const room = roomOver(committed);
    const left = committed.commit((seq) => leftFrame(seq, 'u'));
    const joined = committed.commit((seq) => joinedFrame(seq, 'u'));
    const subscriber = new RecordingSubscriber('u');
    room.subscribe(subscriber, { lastSeq: 2, isMember: true });
    room.take(left);
    room.take(joined);
    room.take(committed.commit(messageFrame));
    await settled(() => expect(subscriber.seqs).toEqual([3]));
    expect(subscriber.lost).toEqual([]);
  });

  test('ends the subscription of those who only read along when it becomes private', async () => {
    const committed = new Committed();
    const room = roomOver(committed);
    const [member, reader] = [new RecordingSubscriber('m'), new RecordingSubscriber('r')];
    room.subscribe(member, { lastSeq: 0, isMember: true });
    room.subscribe(reader, { lastSeq: 0, isMember: false });
    room.take(committed.commit((seq) => visibilityFrame(seq, 'private')));
    room.take(committed.commit(messageFrame));
    await settled(() => expect(member.seqs).toEqual([1, 2]));
    expect(reader.seqs).toEqual([]);
    expect(reader.lost).toEqual([roomId]);
  });

  test('makes a reader a member when they come in', () => {
    const committed = new Committed();
    const room = roomOver(committed);
    const reader = new RecordingSubscriber('r');
    room.subscribe(reader, { lastSeq: 0, isMember: false });
    room.take(committed.commit((seq) => joinedFrame(seq, 'r')));
    expect(reader.memberOf).toEqual([{ seq: 1, epoch: 0 }]);
    expect(room.isMember(reader)).toBe(true);
  });

  test('tells everybody to fetch afresh when content is erased, and nobody gets old words any more', async () => {
    const committed = new Committed();
    const room = roomOver(committed);
    const [live, behind] = [new RecordingSubscriber('a'), new RecordingSubscriber('b')];
    room.subscribe(live, { lastSeq: 0, isMember: true });
    for (let count = 0; count < 3; count += 1)
      room.take(committed.commit((seq) => messageFrame(seq, 'secret')));
    committed.turnsToRead = 3;
    await settled(() => expect(live.seqs).toEqual([1, 2, 3]));
    room.raiseEpoch(1);
    room.subscribe(behind, { lastSeq: 3, isMember: true }, { seq: 0, epoch: 0 });
    room.take(committed.commit(messageFrame));
    await settled(() => expect([live.seqs.at(-1), behind.seqs]).toEqual([4, [4]]));
    expect(live.frames.filter(({ type }) => type === 'reset')).toEqual([{ type: 'reset', roomId, epoch: 1 }]);
    expect(JSON.stringify(behind.frames)).not.toContain('secret');
  });

  test('hands out no words after an erasure that were read or pushed before it', async () => {
    const committed = new Committed();
    const room = roomOver(committed);
    const live = new RecordingSubscriber('a');
    room.subscribe(live, { lastSeq: 0, isMember: true });
    committed.commit((seq) => messageFrame(seq, 'secret'));
    committed.turnsToRead = 3;
    room.take(committed.commit((seq) => messageFrame(seq, 'secret'))); // the first push was lost: it is read
    await nextTurn();
    for (const seq of [1, 2]) committed.frames[seq - 1] = messageFrame(seq, 'erased');
    room.raiseEpoch(1);
    await settled(() => expect(live.seqs).toEqual([1, 2]));
    expect(JSON.stringify(live.frames)).not.toContain('secret');
  });

  test('hands out no words from its history that were deleted since', async () => {
    const committed = new Committed();
    const room = roomOver(committed);
    room.take(committed.commit((seq) => messageFrame(seq, 'secret')));
    committed.frames[0] = messageFrame(1, 'blanked in Postgres');
    room.take(committed.commit((seq) => deletedFrame(seq, 'm1')));
    room.take(committed.commit(messageFrame));
    const subscriber = new RecordingSubscriber('u');
    room.subscribe(subscriber, { lastSeq: 3, isMember: true }, { seq: 0 });
    await settled(() => expect(subscriber.seqs).toEqual([1, 2, 3]));
    expect(JSON.stringify(subscriber.frames)).not.toContain('secret');
  });
});
