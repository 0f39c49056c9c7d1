const MAX_LATENCIES = 1_000;
const MS_PER_SECOND = 1_000;

const PERCENTILES = [
  ['90%', 0.9],
  ['95%', 0.95],
  ['99%', 0.99],
  ['99.5%', 0.995],
  ['99.9%', 0.999],
] as const;

/** Counts what was handled and how long the newest took. */
export class Measurements {
  readonly #startedAtMs = Date.now();
  readonly #latenciesMs: number[] = [];
  #total = 0;
  #totalBefore = 0;

  get total(): number {
    return this.#total;
  }

  get averagePerSecond(): number {
    const seconds = Math.max(1, (Date.now() - this.#startedAtMs) / MS_PER_SECOND);
    return Math.round(this.#total / seconds);
  }

  add(latencyMs: number): void {
    this.#latenciesMs[this.#total % MAX_LATENCIES] = latencyMs;
    this.#total++;
  }

  /** How many were added since this was last asked. */
  takeCountSinceLast(): number {
    const count = this.#total - this.#totalBefore;
    this.#totalBefore = this.#total;
    return count;
  }

  /** Latencies in ms by the names that the protocol gives them; none before the first. */
  observed(): { key: string; value: number }[] {
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b);
    if (sorted.length === 0) return [];
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    const mean = sorted.reduce((sum, latency) => sum + latency, 0) / sorted.length;
    const entries: [string, number][] = [
      ['Mean', mean],
      ['Median', at(0.5)],
      ['Fastest', at(0)],
      ...[1, 2, 3, 4, 5].map((quintile): [string, number] => [`Quintile ${quintile}`, at(quintile / 5)]),
      ...PERCENTILES.map(([key, share]): [string, number] => [key, at(share)]),
      ['Highest', at(1)],
    ];
    return entries.map(([key, value]) => ({ key, value: Math.round(value) }));
  }
}
