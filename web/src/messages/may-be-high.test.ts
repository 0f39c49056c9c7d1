import { expect, it } from 'vitest';
import { mayBeHigh } from './may-be-high.ts';

it('takes a sentence or a few lines for low', () => {
  expect(mayBeHigh('')).toBe(false);
  expect(mayBeHigh('x'.repeat(280))).toBe(false);
  expect(mayBeHigh('line\n'.repeat(7))).toBe(false);
});

it('looks twice at what is long, or has many lines', () => {
  expect(mayBeHigh('x'.repeat(281))).toBe(true);
  expect(mayBeHigh('\n'.repeat(8))).toBe(true);
});
