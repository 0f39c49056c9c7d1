import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FeedQueue } from './feed-queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const nobodyHurries = (): boolean => false;
const never = new AbortController().signal;

test('a stretch of the log without events of ours is taken after a while', async () => {
  const queue = new FeedQueue(25n, nobodyHurries);
  const taken = queue.take(10, never);
  queue.put({ items: [], upTo: 26n });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await taken).toEqual({ items: [], upTo: 26n });
  expect(queue.isEmpty).toBe(true);
});

test('being told twice of the same place keeps nobody from hearing of the next', async () => {
  const queue = new FeedQueue(25n, nobodyHurries);
  const taken = queue.take(10, never);
  queue.put({ items: [], upTo: 25n });
  await vi.advanceTimersByTimeAsync(1_000);
  queue.put({ items: [], upTo: 26n });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await Promise.race([taken, Promise.resolve('nothing')])).toEqual({ items: [], upTo: 26n });
});

test('whoever waits is told when nothing more will come, and so is whoever asks later', async () => {
  const queue = new FeedQueue(25n, nobodyHurries);
  const taken = queue.take(10, never);
  queue.fail(new Error('the log is shorter'));
  await expect(taken).rejects.toThrow('the log is shorter');
  queue.put({ items: [], upTo: 26n });
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(queue.take(10, never)).rejects.toThrow('the log is shorter');
});
