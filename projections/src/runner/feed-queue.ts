import type { RecordedEvent } from '@verbatim/shared';
import type { LogItem } from '../group/log-item.ts';
import type { LogBatch } from '../group/model-writer.ts';

/** What may wait for one read model. Beyond either bound it falls behind, and reads the log by itself. */
const maxQueuedItems = 8_192;
const maxQueuedBytes = 24 * 1024 * 1024;
/** For so long what is not urgent waits for company: a transaction costs about as much for one event as for twenty. */
const companyWaitMs = 40;

/** What the feed has handed to one read model and it has not taken yet. */
export class FeedQueue {
  #items: LogItem[] = [];
  #bytes = 0;
  #upTo: bigint;
  #taken: bigint;
  /** Whether it is time to take what there is. */
  #isDue = false;
  #dueLater: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;
  #failure: Error | undefined;
  readonly #isUrgent: (stored: RecordedEvent) => boolean;

  /** @param from everything after this position will be put in. */
  constructor(from: bigint, isUrgent: (stored: RecordedEvent) => boolean) {
    this.#upTo = from;
    this.#taken = from;
    this.#isUrgent = isUrgent;
  }

  get isFull(): boolean {
    return this.#items.length >= maxQueuedItems || this.#bytes >= maxQueuedBytes;
  }

  get isEmpty(): boolean {
    return this.#upTo === this.#taken;
  }

  /** What brings nothing new makes nothing due: else what comes after it, and is not urgent, would wake nobody. */
  put({ items, upTo }: LogBatch): void {
    if (items.length === 0 && upTo <= this.#upTo) return;
    for (const item of items) {
      this.#items.push(item);
      this.#bytes += bytesOf(item);
    }
    if (upTo > this.#upTo) this.#upTo = upTo;
    if (items.some(({ stored }) => this.#isUrgent(stored))) this.#makeDue();
    else if (!this.#isDue) this.#dueLater ??= setTimeout(() => this.#makeDue(), companyWaitMs);
  }

  #makeDue(): void {
    clearTimeout(this.#dueLater);
    this.#dueLater = undefined;
    this.#isDue = true;
    this.#wake?.();
  }

  /** Nothing more will be put in: whoever takes is told why. */
  fail(failure: Error): void {
    this.#failure = failure;
    this.#wake?.();
  }

  /** Ends what it has going. */
  close(): void {
    clearTimeout(this.#dueLater);
  }

  /**
   * What is there, at most `maxItems`; waits until there is something, but not longer than until the signal.
   * @throws what the queue failed with.
   */
  async take(maxItems: number, signal: AbortSignal): Promise<LogBatch | undefined> {
    while (!this.#isDue || this.isEmpty || this.#failure !== undefined) {
      if (signal.aborted) return undefined;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake = wake;
        signal.addEventListener('abort', wake, { once: true });
      });
      this.#wake = undefined;
    }
    const items = this.#items.slice(0, maxItems);
    this.#items = this.#items.slice(maxItems);
    for (const item of items) this.#bytes -= bytesOf(item);
    this.#isDue = this.#items.length > 0;
    this.#taken = this.#items.length === 0 ? this.#upTo : (items.at(-1)?.stored.position ?? this.#upTo);
    return { items, upTo: this.#taken };
  }
}

/** Roughly: nearly all of an event is the sealed text, and all of it is bounded by what the store takes. */
function bytesOf({ stored: { data } }: LogItem): number {
  const sealed: unknown = typeof data === 'object' && data !== null && 'sealed' in data ? data.sealed : null;
  const box: unknown =
    typeof sealed === 'object' && sealed !== null && 'box' in sealed ? sealed.box : undefined;
  return 2_048 + (typeof box === 'string' ? 2 * box.length : 0);
}
