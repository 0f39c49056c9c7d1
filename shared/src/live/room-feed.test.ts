import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { roomId, sentFrame } from './frames-fixture.ts';
import { createRoomFeed, type FeedEvent, type FetchedFrames } from './room-feed.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const frame = (seq: number) => sentFrame(seq, `m${seq}`, 'u1');
const pageSize = 3;

/** The room's log as the query API would serve it, as far as it has got. */
function feedOver(log: { lastSeq: number; failures?: number }) {
  const events: FeedEvent[] = [];
  const fetchFrames = (_roomId: string, after: number): Promise<FetchedFrames> => {
    if (log.failures !== undefined && log.failures > 0) {
      log.failures -= 1;
      return Promise.reject(new Error('no network'));
    }
    const last = Math.min(log.lastSeq, after + pageSize);
    const frames = Array.from({ length: Math.max(0, last - after) }, (_, index) => frame(after + index + 1));
    return Promise.resolve({ status: 'frames', frames });
  };
  const feed = createRoomFeed(fetchFrames, (event) => events.push(event));
  const seqs = () => events.flatMap((event) => (event.type === 'frame' ? [event.frame.seq] : []));
  return { feed, events, seqs };
}
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the feed of a room', () => {
  test('gives every frame once and in order, however they come and whatever is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.nat(30),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 }),
        fc.nat(3),
        async (lastSeq, heldAt, arrivals, failures) => {
          const start = Math.min(heldAt, lastSeq);
          const { feed, seqs } = feedOver({ lastSeq, failures });
          feed.hold(roomId, { seq: start, epoch: 0 });
          for (const seq of arrivals) if (seq <= lastSeq) feed.take(frame(seq));
          feed.expect(roomId, { seq: lastSeq, epoch: 0 }, 1_000);
          await vi.runAllTimersAsync();
          expect(seqs()).toEqual(upTo(start + 1, lastSeq));
        },
      ),
    );
  });

  test('waits a while for frames that are under way before it fetches them', async () => {
    const log = { lastSeq: 2, failures: 1_000 };
    const { feed, seqs } = feedOver(log);
    feed.hold(roomId, { seq: 0, epoch: 0 });
    feed.expect(roomId, { seq: 2, epoch: 0 }, 1_000);
    await vi.advanceTimersByTimeAsync(500);
    feed.take(frame(1));
    feed.take(frame(2));
    await vi.runAllTimersAsync();
    expect(seqs()).toEqual([1, 2]);
    expect(log.failures).toBe(1_000);
  });

  test('lets go of a room whose epoch has risen', () => {
    const { feed, events } = feedOver({ lastSeq: 9 });
    feed.hold(roomId, { seq: 4, epoch: 1 });
    feed.expect(roomId, { seq: 4, epoch: 2 }, 1_000);
    feed.take(frame(5));
    expect(events).toEqual([{ type: 'reset', roomId, epoch: 2 }]);
  });

  test.each([
    ['told by the relay', 'reset'],
    ['learnt when coming back', 'expect'],
  ] as const)('does not take what was fetched before an erasure that was %s', (_name, told) => {
    const { feed, events } = feedOver({ lastSeq: 9 });
    if (told === 'reset') feed.reset(roomId, 2);
    else feed.expect(roomId, { seq: 4, epoch: 2 }, 1_000);
    feed.hold(roomId, { seq: 4, epoch: 1 });
    expect(events).toEqual([{ type: 'reset', roomId, epoch: 2 }]);
    feed.hold(roomId, { seq: 4, epoch: 2 });
    feed.take(frame(5));
    expect(events.slice(1)).toEqual([{ type: 'frame', frame: frame(5) }]);
  });

  test('says that a room is gone', async () => {
    const events: FeedEvent[] = [];
    const feed = createRoomFeed(
      () => Promise.resolve({ status: 'gone' }),
      (event) => events.push(event),
    );
    feed.hold(roomId, { seq: 0, epoch: 0 });
    feed.take(frame(7));
    await vi.runAllTimersAsync();
    expect(events).toEqual([{ type: 'gone', roomId }]);
    expect(feed.cursors().size).toBe(0);
  });

  test('misses nothing that came while what is held was fetched', async () => {
    const { feed, seqs } = feedOver({ lastSeq: 5 });
    feed.take(frame(4));
    feed.take(frame(5));
    feed.hold(roomId, { seq: 3, epoch: 0 });
    await vi.runAllTimersAsync();
    expect(seqs()).toEqual([4, 5]);
  });

  test('brings nothing of rooms that are not held', () => {
    const { feed, events } = feedOver({ lastSeq: 3 });
    feed.take(frame(1));
    feed.hold(roomId, { seq: 1, epoch: 0 });
    feed.release(roomId);
    feed.take(frame(2));
    expect(events).toEqual([]);
  });
});
