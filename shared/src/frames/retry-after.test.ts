import { expect, test } from 'vitest';
import { retryAfterMsOf, retryAfterReason } from './retry-after.ts';

test.each([
  ['Retry-After: 2', 2_000],
  ['Retry-After: 0.250', 250],
  ['Retry-After: 999999999', 300_000],
  ['', undefined],
  ['bye', undefined],
  ['Retry-After: soon', undefined],
])('the close reason %j asks for %s ms', (reason, milliseconds) => {
  expect(retryAfterMsOf(reason)).toBe(milliseconds);
});

test('what is asked for is understood', () => {
  expect(retryAfterMsOf(retryAfterReason(1_250))).toBe(1_250);
});
