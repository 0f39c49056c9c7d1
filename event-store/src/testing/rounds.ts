/** How often a test repeats itself: a few times in every run, many times in the long one. */
export function rounds(few: number, many: number): number {
  return process.env.VERBATIM_LONG ? many : few;
}

/** Numbers from 0 up to 1, the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How long such a test may take, in ms. */
export function timeLimitMs(): number {
  return rounds(120_000, 7_200_000);
}
