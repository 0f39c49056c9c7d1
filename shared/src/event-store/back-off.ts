export interface BackOff {
  readonly baseMs: number;
  readonly capMs: number;
}

/** Full jitter: anything from nothing to the doubling bound, so that many who failed together do not return together. */
export function fullJitterMs(
  attempt: number,
  { baseMs, capMs }: BackOff,
  random: () => number = Math.random,
): number {
  return random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));
}
