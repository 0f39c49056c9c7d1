import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { checkBlock, type CheckedLine } from './check-lines.ts';

/** Below this, threads would take longer to start than they save. */
const eventsWorthThreads = 20_000;
const maxThreads = 8;
/** So that no thread waits for its next block. */
const blocksPerThread = 2;

/** Checks blocks of lines, many at a time where that pays, and gives them back in order. */
export class LineChecker {
  readonly #threads: CheckThread[];

  /** @param events as many as there will be, more or less */
  constructor(events: number) {
    const count = events < eventsWorthThreads ? 0 : Math.min(maxThreads, availableParallelism());
    this.#threads = Array.from({ length: count }, () => new CheckThread());
  }

  async *check(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<CheckedLine[]> {
    const underWay: Promise<CheckedLine[]>[] = [];
    let next = 0;
    for await (const block of blocks) {
      const thread = this.#threads[next++ % this.#threads.length];
      if (thread === undefined) {
        yield checkBlock(block);
        continue;
      }
      const checking = thread.check(block);
      checking.catch(() => undefined); // told when its turn comes
      underWay.push(checking);
      if (underWay.length >= this.#threads.length * blocksPerThread) yield (await underWay.shift()) ?? [];
    }
    for (const checking of underWay) yield await checking;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

interface Waiting {
  readonly resolve: (lines: CheckedLine[]) => void;
  readonly reject: (error: Error) => void;
}

/** A thread answers in the order in which it is asked. */
class CheckThread {
  readonly #worker = new Worker(new URL('./check-worker.js', import.meta.url));
  readonly #waiting: Waiting[] = [];

  constructor() {
    this.#worker.on('message', (lines: CheckedLine[]) => this.#waiting.shift()?.resolve(lines));
    this.#worker.on('error', (error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  check(block: Uint8Array): Promise<CheckedLine[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(block);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
