import { StoreFailedError } from '../log/commit-failure.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Submission } from '../log/committer.ts';
import { StatusError } from '../grpc/status-error.ts';
import { appendEvents, type AppendResult } from './append-events.ts';
import type { AppendLimits } from './append-limits.ts';
import type { AppendOptions } from './append-options.ts';
import type { BatchAppendOutcome } from './batch-append-response.ts';
import { CollectedEvents } from './collected-events.ts';
import { MaximumAppendSizeExceeded } from './errors.ts';
import type { ProposedMessage } from './proposed-message.ts';

/** One append of a batch call: collects its chunks, submits them, and has exactly one outcome. */
export class BatchedAppend {
  readonly outcome: Promise<BatchAppendOutcome>;
  readonly options: AppendOptions;
  readonly #log: EventLog;
  readonly #beginBeforeMs: number;
  readonly #collected: CollectedEvents;
  #settle: (outcome: BatchAppendOutcome) => void = () => undefined;
  #isSettled = false;
  #submission: Submission<AppendResult> | undefined;
  #timer: NodeJS.Timeout;

  constructor(log: EventLog, limits: AppendLimits, options: AppendOptions) {
    this.#log = log;
    this.#collected = new CollectedEvents(limits.maxAppendBytes);
    this.options = options;
    this.outcome = new Promise((resolve) => {
      this.#settle = (outcome) => {
        this.#isSettled = true;
        clearTimeout(this.#timer);
        resolve(outcome);
      };
    });
    const now = Date.now();
    this.#beginBeforeMs = Math.min(options.deadlineMs, now + limits.writeTimeoutMs);
    this.#timer = setTimeout(() => this.#onWaitedTooLong(), this.#beginBeforeMs - now);
  }

  /** Bytes that this append keeps in memory. */
  get weightBytes(): number {
    return this.#collected.weightBytes;
  }

  refuse(outcome: BatchAppendOutcome): void {
    if (!this.#isSettled) this.#settle(outcome);
  }

  add(messages: readonly ProposedMessage[], isFinal: boolean): void {
    if (this.#isSettled) return;
    // Said before the size is looked at: a writer that is out of time is told so whatever it wanted to write.
    if (Date.now() >= this.#beginBeforeMs) {
      this.#settle({ outcome: 'timeout' });
      return;
    }
    try {
      for (const message of messages) this.#collected.add(message);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#settle(refusalOf(error));
      return;
    }
    if (isFinal) this.#submit();
  }

  /** The client is gone: what has not begun is not done. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.#isSettled = true;
    this.#submission?.withdraw();
  }

  #submit(): void {
    const { stream, expected } = this.options;
    this.#submission = this.#log.submit({
      bytes: this.#collected.weightBytes,
      run: (transaction) => appendEvents(transaction, { stream, expected, events: this.#collected.events }),
    });
    this.#submission.outcome.then(
      (result) => this.refuse(result),
      (error: unknown) => {
        // Whether a failing disk has stored it is not known, and a refusal would say that it has not.
        if (!(error instanceof StoreFailedError))
          this.refuse({ outcome: 'refused', reason: messageOf(error) });
      },
    );
  }

  #onWaitedTooLong(): void {
    if (this.#isSettled) return;
    const isBeingWritten = this.#submission !== undefined && !this.#submission.withdraw();
    const leftMs = isBeingWritten ? this.options.deadlineMs - Date.now() : 0;
    // What is being written may take until the client's own deadline; after that its outcome is unknown to the client.
    if (leftMs <= 0) this.#settle({ outcome: 'timeout' });
    else if (leftMs < Infinity) this.#timer = setTimeout(() => this.#onWaitedTooLong(), leftMs);
  }
}

function refusalOf(error: StatusError): BatchAppendOutcome {
  return error instanceof MaximumAppendSizeExceeded
    ? { outcome: 'maximum-append-size-exceeded', maxAppendBytes: error.maxAppendBytes }
    : { outcome: 'refused', reason: error.message };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
