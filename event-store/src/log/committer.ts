import type { Tables } from './tables.ts';
import { WriteTransaction, type Head } from './write-transaction.ts';

const MAX_GROUP_OPERATIONS = 4_096;
const MAX_GROUP_BYTES = 8 * 1024 * 1024;

/** Something to be done in the next transaction. */
export interface WriteOperation<Result> {
  /** Roughly how much it writes; bounds the size of a group. */
  readonly bytes: number;
  /** Decides and writes, synchronously. */
  run(transaction: WriteTransaction): Result;
}

interface QueuedOperation {
  readonly bytes: number;
  run(transaction: WriteTransaction): void;
  settle(): void;
  fail(error: Error): void;
  withdrawn: boolean;
}

/** A submitted operation: its outcome, and the way to take it back while it has not begun. */
export interface Submission<Result> {
  readonly outcome: Promise<Result>;
  /** True if the operation will not be done any more; false if it has begun and only its outcome tells. */
  withdraw(): boolean;
}

export interface Commit {
  readonly head: Head;
  readonly changedStreams: readonly string[];
}

/**
 * Writes groups of operations, each group in one LMDB transaction with one sync.
 *
 * Operations are done strictly in the order in which they were submitted, and a group is on disk before the next one
 * begins. A crash therefore leaves a prefix of that order. Outcomes are told only after the sync.
 */
export class Committer {
  readonly #tables: Tables;
  readonly #onCommit: (commit: Commit) => void;
  #head: Head;
  #queue: QueuedOperation[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;

  constructor(tables: Tables, head: Head, onCommit: (commit: Commit) => void) {
    this.#tables = tables;
    this.#head = head;
    this.#onCommit = onCommit;
  }

  /** Bytes that wait for their transaction. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  submit<Result>(operation: WriteOperation<Result>): Submission<Result> {
    let queued: QueuedOperation | undefined;
    let hasBegun = false;
    const outcome = new Promise<Result>((resolve, reject) => {
      let result: { value: Result } | { error: unknown } = { error: new Error('the operation was not run') };
      queued = {
        bytes: operation.bytes,
        withdrawn: false,
        run: (transaction) => {
          hasBegun = true;
          result = attempt(() => operation.run(transaction));
        },
        settle: () => {
          if ('value' in result) resolve(result.value);
          else reject(asError(result.error));
        },
        fail: reject,
      };
      this.#enqueue(queued);
    });
    return {
      outcome,
      withdraw: () => {
        if (hasBegun || !queued) return false;
        queued.withdrawn = true;
        return true;
      },
    };
  }

  /** Resolves when nothing waits or runs any more. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running;
  }

  #enqueue(operation: QueuedOperation): void {
    this.#queue.push(operation);
    this.#queuedBytes += operation.bytes;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Whatever else arrives with the same turn of the event loop joins the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#commitGroup(this.#takeGroup());
    this.#running = undefined;
  }

  #takeGroup(): QueuedOperation[] {
    let bytes = 0;
    let count = 0;
    while (
      count < this.#queue.length &&
      count < MAX_GROUP_OPERATIONS &&
      (count === 0 || bytes < MAX_GROUP_BYTES)
    ) {
      bytes += this.#queue[count]?.bytes ?? 0;
      count++;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count).filter((operation) => !operation.withdrawn);
  }

  async #commitGroup(group: readonly QueuedOperation[]): Promise<void> {
    if (group.length === 0) return;
    try {
      const transaction = await this.#tables.environment.childTransaction(() => {
        const writing = new WriteTransaction(this.#tables, this.#head);
        for (const operation of group) operation.run(writing);
        writing.finish();
        return writing;
      });
      const hasWritten = transaction.head !== this.#head;
      this.#head = transaction.head;
      for (const operation of group) operation.settle();
      if (hasWritten) this.#onCommit(transaction);
    } catch (error) {
      for (const operation of group) operation.fail(asError(error));
    }
  }
}

function attempt<Result>(run: () => Result): { value: Result } | { error: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
