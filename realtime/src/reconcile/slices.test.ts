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
  expect(slices.next()).toEqual([5]);
  expect([slices.next(), slices.next(), slices.next()].flat()).toEqual([1, 2, 3, 4, 5, 6]);
});

test.each([
  [[], [[]]],
  [[1, 2], [[1, 2]]],
  [
    [1, 2, 3, 4, 5],
    [[1, 2], [3, 4], [5]],
  ],
])('goes through all of %j once, wherever the round stands', async (items, parts) => {
  const slices = new Slices(() => items, 2);
  slices.next();
  const visited: (readonly number[])[] = [];
  await slices.through((slice) => Promise.resolve(void visited.push(slice)));
  expect(visited).toEqual(parts);
});
