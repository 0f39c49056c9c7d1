import { statSync } from 'node:fs';
import { commitFailureOf, DiskFullError, StoreFailedError } from './commit-failure.ts';
import { dataFileOf } from './data-file.ts';
import { isDiskFull } from './file-system.ts';
import type { Tables } from './tables.ts';
import { WriteTransaction, type Head } from './write-transaction.ts';

const MAX_GROUP_OPERATIONS = 4_096;
const MAX_GATHERING_TURNS = 4;
const MAX_GROUP_BYTES = 8 * 1024 * 1024;
/** How much room is probed for beyond what a failed group held, since indexes take room too. */
const PROBE_MARGIN_BYTES = 4 * 1024 * 1024;

/** Something to be done in the next transaction. */
export interface WriteOperation<Result> {
  /** Roughly how much it writes; bounds the size of a group. */
  readonly bytes: number;
  /** Decides and writes, synchronously. */
  run(transaction: WriteTransaction): Result;
}

interface QueuedOperation {
  readonly bytes: number;
  /** Does it, unless it was taken back. */
  run(transaction: WriteTransaction): void;
  settle(): void;
  fail(error: Error): void;
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

interface CommitterListeners {
  /** After the sync, when everybody may know. */
  readonly onCommit: (commit: Commit) => void;
  /** The disk has failed; the committer does nothing more. */
  readonly onFailure: (error: StoreFailedError) => void;
}

/**
 * Writes groups of operations, each group in one LMDB transaction with one sync.
 *
 * Operations are done strictly in the order in which they were submitted, and a group is on disk before the next one
 * begins. A crash therefore leaves a prefix of that order. Outcomes are told only after the sync.
 */
export class Committer {
  readonly #tables: Tables;
  readonly #directory: string;
  readonly #listeners: CommitterListeners;
  #head: Head;
  #queue: QueuedOperation[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #failure: StoreFailedError | undefined;
  #commits = 0;

  constructor(tables: Tables, directory: string, head: Head, listeners: CommitterListeners) {
    this.#tables = tables;
    this.#directory = directory;
    this.#head = head;
    this.#listeners = listeners;
  }

  get head(): Head {
    return this.#head;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** How many groups were written, each with one sync. */
  get commits(): number {
    return this.#commits;
  }

  /** Bytes that wait for their transaction. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  submit<Result>(operation: WriteOperation<Result>): Submission<Result> {
    let hasBegun = false;
    let isWithdrawn = false;
    const outcome = new Promise<Result>((resolve, reject) => {
      let settle = (): void => undefined;
      const queued: QueuedOperation = {
        bytes: operation.bytes,
        run: (transaction) => {
          if (isWithdrawn) return;
          const { head } = transaction;
          hasBegun = true;
          try {
            const value = operation.run(transaction);
            settle = () => resolve(value);
          } catch (error) {
            // An operation that has written something takes the whole group with it; a mere refusal concerns nobody else.
            if (transaction.isHalfWritten || transaction.head !== head) throw error;
            settle = () => reject(asError(error));
          }
        },
        settle: () => settle(),
        fail: reject,
      };
      this.#enqueue(queued);
    });
    return {
      outcome,
      withdraw: () => {
        isWithdrawn = !hasBegun;
        return isWithdrawn;
      },
    };
  }

  /** Resolves when nothing waits or runs any more. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running;
  }

  #enqueue(operation: QueuedOperation): void {
    if (this.#failure) {
      operation.fail(this.#failure);
      return;
    }
    this.#queue.push(operation);
    this.#queuedBytes += operation.bytes;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        await this.#gather();
        await this.#commitGroup(this.#takeGroup());
      }
    } catch (cause) {
      this.#stop(new StoreFailedError('The store cannot go on', { cause }));
    } finally {
      this.#running = undefined;
    }
  }

  /** Waits while every turn of the event loop brings more: what joins the group now needs no commit of its own. */
  async #gather(): Promise<void> {
    let before = 0;
    for (let turn = 0; turn < MAX_GATHERING_TURNS && this.#queue.length > before; turn++) {
      before = this.#queue.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
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
    return this.#queue.splice(0, count);
  }

  async #commitGroup(group: readonly QueuedOperation[]): Promise<void> {
    const transaction = await this.#write(group).catch(async (error: unknown) => {
      const failure = await this.#explain(error, group).catch(storeFailure);
      if (failure instanceof StoreFailedError) this.#stop(failure);
      for (const operation of group) operation.fail(failure);
    });
    if (!transaction) return;
    const hasWritten = transaction.head !== this.#head;
    this.#head = transaction.head;
    if (hasWritten) {
      this.#commits++;
      this.#listeners.onCommit(transaction);
    }
    for (const operation of group) operation.settle();
  }

  #write(group: readonly QueuedOperation[]): Promise<WriteTransaction> {
    // A child transaction, because lmdb commits a plain one even when its callback throws.
    return this.#tables.environment.childTransaction(() => {
      const writing = new WriteTransaction(this.#tables, this.#head);
      for (const operation of group) operation.run(writing);
      writing.finish();
      return writing;
    });
  }

  /**
   * An error inside the transaction has undone it. A full disk has stored nothing either: LMDB writes its pages, syncs
   * them and only then the page that makes them count, which needs no more room. Any other failed commit leaves open what
   * is on disk.
   */
  async #explain(error: unknown, group: readonly QueuedOperation[]): Promise<Error> {
    const cause = await commitFailureOf(error);
    const bytes = group.reduce((sum, operation) => sum + operation.bytes, PROBE_MARGIN_BYTES);
    const { size } = statSync(dataFileOf(this.#directory));
    if ((await isDiskFull(this.#directory, size, bytes)) && (await this.#canStillBegin())) {
      return new DiskFullError('The disk is full; nothing was stored', { cause: cause ?? error });
    }
    return cause ? storeFailure(cause) : asError(error);
  }

  /** After a failed write of the page that makes a commit count, LMDB refuses every further transaction. */
  async #canStillBegin(): Promise<boolean> {
    try {
      await this.#tables.environment.childTransaction(() => undefined);
      return true;
    } catch {
      return false;
    }
  }

  #stop(failure: StoreFailedError): void {
    this.#failure = failure;
    this.#listeners.onFailure(failure);
    for (const operation of this.#queue.splice(0)) operation.fail(failure);
    this.#queuedBytes = 0;
  }
}

function storeFailure(cause: unknown): StoreFailedError {
  return new StoreFailedError('Writing to disk failed', { cause });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
