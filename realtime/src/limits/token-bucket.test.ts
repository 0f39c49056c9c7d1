import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

test('a bucket lets a burst through, then a steady rate', () => {
  const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, 0);
  const taken = (nowMs: number): number => {
    let count = 0;
    while (bucket.take(nowMs)) count += 1;
    return count;
  };
  expect([taken(0), taken(499), taken(1_000), taken(60_000)]).toEqual([3, 0, 2, 3]);
});

test('a clock that jumps back refills nothing', () => {
  const bucket = new TokenBucket({ burst: 1, perSecond: 1 }, 10_000);
  expect([bucket.take(10_000), bucket.take(5_000), bucket.take(5_500), bucket.take(6_100)]).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
