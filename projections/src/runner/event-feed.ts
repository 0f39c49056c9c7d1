import { setTimeout as delay } from 'node:timers/promises';
import {
  fullJitterMs,
  streamPrefixes,
  VaultUnavailableError,
  type AllSubscription,
  type EventStore,
  type Logger,
  type RecordedEvent,
} from '@verbatim/shared';
import type { EventDecoder } from '../group/event-decoder.ts';
import type { LogItem } from '../group/log-item.ts';
import { FeedQueue } from './feed-queue.ts';

export interface EventFeedOptions {
  readonly eventStore: EventStore;
  readonly decoder: EventDecoder;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface FeedState {
  readonly isConnected: boolean;
  readonly isVaultThere: boolean;
  /** Whether nothing of ours was known to be in the log that has not been handed over. */
  readonly isCaughtUp: boolean;
  /** Up to where events have been handed over. */
  readonly position: bigint | undefined;
  /** Why the feed has stopped, until somebody joins it anew. */
  readonly fault: Error | undefined;
}

const batchEvents = 1_024;
const vaultBackOff = { baseMs: 100, capMs: 2_000 };
/** How often a full queue is looked at again. */
const fullQueuePollMs = 5;

/**
 * The one live subscription of this process, decoded once and handed to every read model that keeps up. It is held
 * up by a queue that is full only while nobody else is waiting: a slow read model then loses its place and reads the
 * log by itself until it can join again. When the log cannot be followed any more (it ends before the place that was
 * read last, as a backup may), whoever takes from a queue is told, and the feed begins anew with the next to join.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #queues = new Set<FeedQueue>();
  #subscription: AllSubscription | undefined;
  #position: bigint | undefined;
  #isVaultThere = true;
  #fault: Error | undefined;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  get state(): FeedState {
    return {
      isConnected: this.#subscription?.state.isConnected ?? false,
      isVaultThere: this.#isVaultThere,
      isCaughtUp: this.#isCaughtUp(),
      position: this.#position,
      fault: this.#fault,
    };
  }

  /** What the subscription handed to us may still be being decoded. */
  #isCaughtUp(): boolean {
    const state = this.#subscription?.state;
    return state?.isCaughtUp === true && (state.position ?? this.#position) === this.#position;
  }

  /**
   * A queue that gets everything after `from`. The first to join says where the feed begins; `from` may be later than
   * asked for, and what lies between is the caller's to read. Until an urgent event comes, others wait a little.
   */
  join(
    position: bigint,
    isUrgent: (stored: RecordedEvent) => boolean,
  ): { readonly queue: FeedQueue; readonly from: bigint } {
    if (this.#subscription === undefined) this.#start(position);
    const from = this.#position ?? position;
    const queue = new FeedQueue(from, isUrgent);
    this.#queues.add(queue);
    return { queue, from };
  }

  leave(queue: FeedQueue): void {
    this.#queues.delete(queue);
    queue.close();
  }

  /** False once the queue was given up for being full while others were waiting. */
  feeds(queue: FeedQueue): boolean {
    return this.#queues.has(queue);
  }

  #start(position: bigint): void {
    const { eventStore, signal } = this.#options;
    this.#position = position;
    this.#fault = undefined;
    const subscription = eventStore.subscribeToAll({
      fromPosition: position === 0n ? 'start' : position,
      streamPrefixes,
      signal,
    });
    this.#subscription = subscription;
    this.#pump(subscription).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#options.logger.error({ err: error }, 'the log cannot be followed any more');
    this.#fault = error instanceof Error ? error : new Error(String(error));
    this.#subscription = undefined;
    this.#position = undefined;
    for (const queue of this.#queues) queue.fail(this.#fault); // they leave as they are told
  }

  async #pump(subscription: AllSubscription): Promise<void> {
    for (;;) {
      const batch = await subscription.nextBatch(batchEvents);
      if (batch === undefined) return;
      if (batch.position === undefined) continue;
      const items = this.#queues.size === 0 ? [] : await this.#decode(batch.events);
      if (items === undefined) return;
      await this.#makeRoom();
      for (const queue of this.#queues) queue.put({ items, upTo: batch.position });
      this.#position = batch.position;
    }
  }

  /** While the vault is away everything waits; undefined once it is time to stop. */
  async #decode(events: readonly RecordedEvent[]): Promise<LogItem[] | undefined> {
    const { decoder, logger, signal } = this.#options;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        const items = await decoder.decode(events);
        this.#isVaultThere = true;
        return items;
      } catch (error) {
        if (!(error instanceof VaultUnavailableError)) throw error;
        if (this.#isVaultThere) logger.warn({ err: error }, 'the key vault is away; projecting waits');
        this.#isVaultThere = false;
        await delay(fullJitterMs(attempt, vaultBackOff), undefined, { signal }).catch(() => undefined); // the loop ends
      }
    }
    return undefined;
  }

  async #makeRoom(): Promise<void> {
    for (;;) {
      const full = [...this.#queues].filter((queue) => queue.isFull);
      if (full.length === 0 || this.#options.signal.aborted) return;
      const isAnybodyWaiting = [...this.#queues].some((queue) => queue.isEmpty);
      if (isAnybodyWaiting) for (const queue of full) this.#queues.delete(queue);
      else await delay(fullQueuePollMs);
    }
  }
}
