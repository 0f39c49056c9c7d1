import { readLog, type LogReading } from '../runner/catch-up.ts';
import type { LogBatch } from '../group/model-writer.ts';
import type { Build } from './build.ts';

export interface LoadProgress {
  /** Called after each batch with the events it had and where the slowest build is now. */
  onBatch(events: number, position: bigint): void;
}

export interface LoadOptions extends LogReading, LoadProgress {
  readonly batchEvents: number;
}

/** Batches that wait for a build that is slower than the reading. */
const maxWaitingBatches = 2;

/**
 * Brings builds up to a position of the log. The log is read and decoded once; every build writes over a connection of
 * its own, at its own pace within a bound, so that they work side by side.
 */
export async function loadUpTo(builds: readonly Build[], to: bigint, options: LoadOptions): Promise<void> {
  const behind = builds.filter(({ position }) => position < to);
  if (behind.length === 0) return;
  const from = behind.reduce((least, { position }) => (position < least ? position : least), to);
  const lanes = behind.map((build) => new Lane(build));
  for await (const batch of readLog(options, { from, to, batchEvents: options.batchEvents })) {
    await Promise.all(lanes.map((lane) => lane.put(batch)));
    options.onBatch(batch.items.length, batch.upTo);
  }
  await Promise.all(lanes.map((lane) => lane.drained()));
}

/** The batches that one build has not written yet, in order. */
class Lane {
  readonly #build: Build;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #failure: { readonly error: unknown } | undefined;
  #onRoom: (() => void) | undefined;

  constructor(build: Build) {
    this.#build = build;
  }

  /** Resolves when there is room for another. */
  async put(batch: LogBatch): Promise<void> {
    this.#throwFailure();
    this.#waiting += 1;
    this.#tail = this.#tail.then(() => this.#apply(batch));
    while (this.#waiting >= maxWaitingBatches && this.#failure === undefined)
      await new Promise<void>((resolve) => {
        this.#onRoom = resolve;
      });
    this.#throwFailure();
  }

  async drained(): Promise<void> {
    await this.#tail;
    this.#throwFailure();
  }

  async #apply(batch: LogBatch): Promise<void> {
    try {
      if (this.#failure === undefined) await this.#build.apply(batch);
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#waiting -= 1;
      this.#onRoom?.();
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
