import { expect, test } from 'vitest';
import { Slices } from './slices.ts';

test('goes round everything, a part at a time', () => {
  const items = [1, 2, 3, 4, 5];
  const slices = new Slices(() => items, 2);
  expect([slices.next(), slices.next()]).toEqual([
    [1, 2],
    [3, 4],
  ]);
  items.push(6);
  expect(slices.isUnderWay).toBe(true);
  expect(slices.next()).toEqual([5]);
  expect(slices.isUnderWay).toBe(false);
  expect([slices.next(), slices.next(), slices.next()].flat()).toEqual([1, 2, 3, 4, 5, 6]);
});
