/**
 * Wakes those who wait for the log or one stream of it to grow. A waiter that finds nothing new in the log and registers
 * in the same turn misses nothing, because commits are announced on this thread.
 */
export class Changes {
  readonly #all = new Set<() => void>();
  readonly #listeners = new Set<(streams: readonly string[]) => void>();
  readonly #byStream = new Map<string, Set<() => void>>();

  /** Calls `wake` once, at the next commit to one of `streams`, or to any. Returns the way to stop waiting. */
  onNext(streams: readonly string[] | 'any', wake: () => void): () => void {
    if (streams === 'any') {
      this.#all.add(wake);
      return () => this.#all.delete(wake);
    }
    for (const stream of streams) {
      const waiting = this.#byStream.get(stream) ?? new Set();
      this.#byStream.set(stream, waiting.add(wake));
    }
    return () => {
      for (const stream of streams) this.#stopWaiting(stream, wake);
    };
  }

  /** Resolves at the next commit to one of `streams`, or to any, or when the signal aborts. */
  async next(streams: readonly string[] | 'any', signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        stopWaiting();
        resolve();
      };
      const stopWaiting = this.onNext(streams, wake);
      signal.addEventListener('abort', wake);
    });
  }

  #stopWaiting(stream: string, wake: () => void): void {
    const waiting = this.#byStream.get(stream);
    waiting?.delete(wake);
    if (waiting?.size === 0) this.#byStream.delete(stream);
  }

  /** Calls `listen` at every commit with the streams that it changed, before anybody is woken. */
  onEach(listen: (streams: readonly string[]) => void): () => void {
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }

  announce(streams: readonly string[]): void {
    for (const listen of this.#listeners) listen(streams);
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
