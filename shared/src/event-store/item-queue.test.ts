import { describe, expect, it } from 'vitest';
import { ItemQueue, type SubscriptionItem } from './item-queue.ts';

const checkpoint = (position: number): SubscriptionItem => ({
  kind: 'checkpoint',
  position: BigInt(position),
});

describe('the queue of a subscription', () => {
  it('hands over in order, however often it is emptied or cut', () => {
    const queue = new ItemQueue(() => undefined);
    const taken: unknown[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (let index = 0; index < 1_500; index += 1) queue.push(checkpoint(round * 1_500 + index), 1);
      for (let index = 0; index < 1_500 - round; index += 1) taken.push(queue.take());
    }
    while (queue.length > 0) taken.push(queue.take());
    expect(taken).toEqual(Array.from({ length: 7_500 }, (_, index) => checkpoint(index)));
    expect(queue.bytes).toBe(0);
    expect(queue.take()).toBeUndefined();
  });

  it('wakes who waits, and tells of every item that is taken', async () => {
    let takes = 0;
    const queue = new ItemQueue(() => (takes += 1));
    const waiting = queue.waitForItem();
    queue.push(checkpoint(1), 8);
    expect(await waiting).toBe(true);
    queue.take();
    expect(takes).toBe(1);
  });

  it('ends after what has arrived', async () => {
    const queue = new ItemQueue(() => undefined);
    queue.push(checkpoint(1), 8);
    queue.end();
    expect(await queue.waitForItem()).toBe(true);
    queue.take();
    expect(await queue.waitForItem()).toBe(false);
  });

  it('fails after what has arrived', async () => {
    const queue = new ItemQueue(() => undefined);
    const waiting = queue.waitForItem();
    queue.end(new Error('the log was replaced'));
    await expect(waiting).rejects.toThrow('the log was replaced');
  });
});
