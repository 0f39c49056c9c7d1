import { expect, test } from 'vitest';
import { Refusals } from './refusals.ts';

test('refuses without a trace who was refused too often of late, and nobody else', () => {
  const refusals = new Refusals();
  const taken = Array.from({ length: 200 }, () => refusals.take('one'));
  expect(taken.filter(Boolean)).toHaveLength(120);
  expect(taken.indexOf(false)).toBe(120);
  expect(refusals.take('other')).toBe(true);
});
