const firstDelayMs = 200;
const longestDelayMs = 5_000;
/** A part that ran this long was well: the next failure starts from the shortest delay again. */
const steadyAfterMs = 60_000;

/** How long to wait before a part that ended is started again. */
export class BackOff {
  #delayMs = firstDelayMs;

  /** @param ranForMs how long the part had been running when it ended */
  nextDelayMs(ranForMs: number): number {
    const delayMs = ranForMs >= steadyAfterMs ? firstDelayMs : this.#delayMs;
    this.#delayMs = Math.min(delayMs * 2, longestDelayMs);
    return delayMs;
  }
}
