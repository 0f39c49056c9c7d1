import { setTimeout as delay } from 'node:timers/promises';

/**
 * Holds a replay to the pace of the original: resolves when, `speed` times as fast as it was, it is time for what
 * happened at `time`. Speed 0 never waits.
 */
export class Pace {
  readonly #speed: number;
  readonly #signal: AbortSignal;
  readonly #startedAt = performance.now();
  #firstMs: number | undefined;

  constructor(speed: number, signal: AbortSignal) {
    this.#speed = speed;
    this.#signal = signal;
  }

  /** @throws AbortError once the signal is given. */
  async waitFor(time: Date): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.#speed === 0) return;
    this.#firstMs ??= time.getTime();
    const dueAt = this.#startedAt + (time.getTime() - this.#firstMs) / this.#speed;
    for (let leftMs = dueAt - performance.now(); leftMs > 0; leftMs = dueAt - performance.now())
      await delay(Math.min(leftMs, longestTimerMs), undefined, { signal: this.#signal });
  }
}

/** Node's timers take no more. */
const longestTimerMs = 2 ** 31 - 1;
