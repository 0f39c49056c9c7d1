import type { RecordedEvent } from './recorded-event.ts';

export type SubscriptionItem =
  | { readonly kind: 'event'; readonly event: RecordedEvent }
  /** Nothing of ours lies between the last event and this position. */
  | { readonly kind: 'checkpoint'; readonly position: bigint }
  /** Everything that was there at (re)connection has been handed over; what follows is live. */
  | { readonly kind: 'caught-up' };

/** What has arrived and waits for the consumer, bounded in number and size by whoever fills it. */
export class ItemQueue {
  readonly #items: { readonly item: SubscriptionItem; readonly bytes: number }[] = [];
  #next = 0;
  #bytes = 0;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;
  readonly #onTake: () => void;

  constructor(onTake: () => void) {
    this.#onTake = onTake;
  }

  get length(): number {
    return this.#items.length - this.#next;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(item: SubscriptionItem, bytes: number): void {
    this.#items.push({ item, bytes });
    this.#bytes += bytes;
    this.#wake?.();
  }

  /** After what has arrived, the consumer gets `error`, or the end. */
  end(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake?.();
  }

  /** Resolves to true when something is there, to false at the end. For one consumer. */
  async waitForItem(): Promise<boolean> {
    while (this.length === 0) {
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error;
        return false;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    return true;
  }

  take(): SubscriptionItem | undefined {
    const entry = this.#items[this.#next];
    if (entry === undefined) return undefined;
    this.#next += 1;
    this.#bytes -= entry.bytes;
    if (this.#next === this.#items.length) {
      this.#items.length = 0;
      this.#next = 0;
    } else if (this.#next >= compactAfterItems) {
      this.#items.splice(0, this.#next);
      this.#next = 0;
    }
    this.#onTake();
    return entry.item;
  }
}

/** Taken items are cut off the front this many at a time, since cutting one costs as much as cutting many. */
const compactAfterItems = 1_024;
