/**
 * Wakes those who wait for the log or one stream of it to grow. A waiter that finds nothing new in the log and registers
 * in the same turn misses nothing, because commits are announced on this thread.
 */
export class Changes {
  readonly #all = new Set<() => void>();
  readonly #byStream = new Map<string, Set<() => void>>();

  /** Calls `wake` once, at the next commit to `stream` (or to any). Returns the way to stop waiting. */
  onNext(stream: string | undefined, wake: () => void): () => void {
    if (stream === undefined) {
      this.#all.add(wake);
      return () => this.#all.delete(wake);
    }
    const waiting = this.#byStream.get(stream) ?? new Set();
    this.#byStream.set(stream, waiting);
    waiting.add(wake);
    return () => {
      waiting.delete(wake);
      if (waiting.size === 0 && this.#byStream.get(stream) === waiting) this.#byStream.delete(stream);
    };
  }

  announce(streams: Iterable<string>): void {
    for (const stream of streams) {
      const waiting = this.#byStream.get(stream);
      if (!waiting) continue;
      this.#byStream.delete(stream);
      for (const wake of waiting) wake();
    }
    const waiting = [...this.#all];
    this.#all.clear();
    for (const wake of waiting) wake();
  }
}
