import { expect, test } from 'vitest';
import { densityOf } from './density.ts';

test('the busiest part is whole, the others are shares of it', () =>
  expect(densityOf([0, 1, 2, 60, 100], 4)).toEqual([1, 0, 1 / 3, 1 / 3]));
test('what happened in one moment stands at the end', () => expect(densityOf([5, 5], 3)).toEqual([0, 0, 1]));
test('of nothing there is nothing', () => expect(densityOf([], 2)).toEqual([0, 0]));
