import { describe, expect, it } from 'vitest';
import { fullJitterMs } from './back-off.ts';

const backOff = { baseMs: 100, capMs: 2_000 };

describe('a pause with full jitter', () => {
  it.each([
    [0, 100],
    [1, 200],
    [4, 1_600],
    [5, 2_000],
    [10_000, 2_000],
  ])('after %i failures is anything up to %i ms', (attempt, boundMs) => {
    expect(fullJitterMs(attempt, backOff, () => 0)).toBe(0);
    expect(fullJitterMs(attempt, backOff, () => 0.5)).toBe(boundMs / 2);
    expect(fullJitterMs(attempt, backOff, () => 1)).toBe(boundMs);
  });
});
