import { StoreFailedError } from '../log/commit-failure.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Submission } from '../log/committer.ts';
import type { ProposedEvent } from '../log/write-transaction.ts';
import { StatusError } from '../grpc/status-error.ts';
import { appendEvents, type AppendResult } from './append-events.ts';
import type { AppendLimits } from './append-limits.ts';
import type { AppendOptions } from './append-options.ts';
import type { BatchAppendOutcome } from './batch-append-response.ts';
import { checkProposal } from './check-proposal.ts';
import type { ProposedMessage } from './proposed-message.ts';

/** One append of a batch call: collects its chunks, submits them, and has exactly one outcome. */
export class BatchedAppend {
  readonly outcome: Promise<BatchAppendOutcome>;
  readonly options: AppendOptions;
  readonly #log: EventLog;
  readonly #limits: AppendLimits;
  readonly #beginBeforeMs: number;
  readonly #events: ProposedEvent[] = [];
  #settle: (outcome: BatchAppendOutcome) => void = () => undefined;
  #isSettled = false;
  #submission: Submission<AppendResult> | undefined;
  #timer: NodeJS.Timeout;
  #dataBytes = 0;

  constructor(log: EventLog, limits: AppendLimits, options: AppendOptions) {
    this.#log = log;
    this.#limits = limits;
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
  get dataBytes(): number {
    return this.#dataBytes;
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
      for (const message of messages) this.#events.push(checkProposal(message));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#settle({ outcome: 'refused', reason: error.message });
      return;
    }
    this.#dataBytes += messages.reduce((sum, { data }) => sum + data.length, 0);
    const { maxAppendBytes } = this.#limits;
    if (this.#dataBytes > maxAppendBytes) {
      this.#settle({ outcome: 'maximum-append-size-exceeded', maxAppendBytes });
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
      bytes: this.#dataBytes,
      run: (transaction) => appendEvents(transaction, { stream, expected, events: this.#events }),
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
