import { expect, test } from 'vitest';
import { latencyLine, median, percentile } from './statistics.ts';

test('percentiles are samples, not interpolations', () => {
  const samples = [5, 1, 4, 2, 3];
  expect(median(samples)).toBe(3);
  expect(percentile(samples, 0.99)).toBe(5);
  expect(percentile(samples, 0)).toBe(1);
  expect(percentile([], 0.5)).toBeNaN();
  expect(latencyLine([1, 2])).toBe('p50 1.0 · p95 2.0 · p99 2.0 · max 2.0 ms');
});
