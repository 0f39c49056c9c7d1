/** The value below which the share `quantile` (0 to 1) of the samples lies; NaN without samples. */
export function percentile(samples: readonly number[], quantile: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(quantile * sorted.length) - 1));
  return sorted[index] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** `p50 3.1 · p95 7.0 · p99 12.4 ms`. */
export function latencyLine(samplesMs: readonly number[]): string {
  const at = (quantile: number) => percentile(samplesMs, quantile).toFixed(1);
  return `p50 ${at(0.5)} · p95 ${at(0.95)} · p99 ${at(0.99)} · max ${at(1)} ms`;
}

/** Whole numbers with thousands marked. */
export const grouped = (count: number): string => Math.round(count).toLocaleString('en-US');
