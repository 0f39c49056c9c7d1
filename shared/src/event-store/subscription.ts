import { setTimeout as delay } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import type { Logger } from '../logging/logger.ts';
import { fullJitterMs, type BackOff } from './back-off.ts';
import { EventStoreFault, ImplausiblePositionError } from './faults.ts';
import { headOf, newestSince } from './head.ts';
import { ItemQueue, type SubscriptionItem } from './item-queue.ts';
import type { RecordedEvent } from './recorded-event.ts';
import { watchForStall } from './stall-watch.ts';
import { openAttempt, type Attempt } from './subscription-attempt.ts';

export interface SubscribeToAllOptions {
  /** Events strictly after this position; `end` is the head at the time of the call. */
  readonly fromPosition: bigint | 'start' | 'end';
  /** Only streams whose names begin with one of these. */
  readonly streamPrefixes: readonly string[];
  /** The one way to end the subscription. */
  readonly signal: AbortSignal;
  /** What may wait for the consumer: the server is made to wait beyond either bound. */
  readonly maxBufferedEvents?: number;
  readonly maxBufferedBytes?: number;
  /** How often an idle subscription is compared with the head of the log. */
  readonly stallCheckIntervalMs?: number;
}

export interface SubscriptionBatch {
  readonly events: readonly RecordedEvent[];
  /** Everything of ours up to here has been handed over; undefined while nothing is known to have been. */
  readonly position: bigint | undefined;
  /** Whether nothing more was known to be waiting after this batch. */
  readonly isCaughtUp: boolean;
}

export interface SubscriptionState {
  readonly isConnected: boolean;
  readonly isCaughtUp: boolean;
  /** Up to where everything has been handed over. */
  readonly position: bigint | undefined;
  /** When the store was last heard of, on this subscription. */
  readonly lastHeardAt: Date | undefined;
  readonly drops: number;
}

/**
 * A subscription for one consumer that never gives up: whatever ends or stalls it, it goes on after the last event
 * handed over, none missing and none twice. It ends only by its signal, and throws only ImplausiblePositionError.
 */
export interface AllSubscription extends AsyncIterable<SubscriptionItem> {
  /** All that has arrived, as soon as there is anything, at most `maxEvents`; undefined after the end. */
  nextBatch(maxEvents: number): Promise<SubscriptionBatch | undefined>;
  readonly state: SubscriptionState;
}

const reconnectBackOff: BackOff = { baseMs: 100, capMs: 1_000 };
const defaultMaxBufferedEvents = 4_096;
const defaultMaxBufferedBytes = 16 * 1024 * 1024;
const defaultStallCheckIntervalMs = 2_000;

export function subscribeToAll(
  client: EventStoreDBClient,
  logger: Pick<Logger, 'warn'>,
  options: SubscribeToAllOptions,
): AllSubscription {
  const subscription = new SupervisedSubscription(client, logger, options);
  void subscription.run();
  return subscription;
}

class SupervisedSubscription implements AllSubscription {
  readonly #client: EventStoreDBClient;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #options: Required<SubscribeToAllOptions>;
  readonly #queue = new ItemQueue(() => this.#resumeWhenHalfEmpty());
  #attempt: Attempt | undefined;
  /** Up to where everything has arrived, whether or not it was handed over. */
  #received: bigint | undefined;
  #handedOver: bigint | undefined;
  #isLive = false;
  /** Marks of the live edge in the queue; those from before a drop say nothing any more. */
  #queuedLiveMarks = 0;
  #staleLiveMarks = 0;
  /** The newest position that the log is known to have reached. */
  #knownHead: bigint | undefined;
  #isConnected = false;
  #heardAt: Date | undefined;
  #drops = 0;

  constructor(client: EventStoreDBClient, logger: Pick<Logger, 'warn'>, options: SubscribeToAllOptions) {
    this.#client = client;
    this.#logger = logger;
    this.#options = {
      maxBufferedEvents: defaultMaxBufferedEvents,
      maxBufferedBytes: defaultMaxBufferedBytes,
      stallCheckIntervalMs: defaultStallCheckIntervalMs,
      ...options,
    };
    if (typeof options.fromPosition === 'bigint') this.#received = this.#handedOver = options.fromPosition;
  }

  get state(): SubscriptionState {
    return {
      isConnected: this.#isConnected,
      isCaughtUp: this.#isLive && this.#queue.length === 0,
      position: this.#handedOver,
      lastHeardAt: this.#heardAt,
      drops: this.#drops,
    };
  }

  async nextBatch(maxEvents: number): Promise<SubscriptionBatch | undefined> {
    if (!(await this.#queue.waitForItem())) return undefined;
    const events: RecordedEvent[] = [];
    while (events.length < maxEvents) {
      const item = this.#take();
      if (item === undefined) break;
      if (item.kind === 'event') events.push(item.event);
    }
    return { events, position: this.#handedOver, isCaughtUp: this.#isLive && this.#queue.length === 0 };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SubscriptionItem, void> {
    while (await this.#queue.waitForItem()) {
      const item = this.#take();
      if (item !== undefined) yield item;
    }
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    let failures = 0;
    let mustResolveEnd = this.#options.fromPosition === 'end';
    for (;;) {
      try {
        if (mustResolveEnd) this.#received = this.#handedOver = await headOf(this.#client);
        mustResolveEnd = false;
        const heardBefore = this.#heardAt;
        const reason = await this.#runAttempt();
        if (this.#heardAt !== heardBefore) failures = 0;
        if (signal.aborted) break;
        this.#logDrop(reason);
      } catch (error) {
        if (error instanceof EventStoreFault && !error.isRetryable) {
          this.#queue.end(error);
          return;
        }
        this.#logDrop(error);
      }
      const pauseMs = fullJitterMs(failures++, reconnectBackOff);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends below
      if (signal.aborted) break;
    }
    this.#queue.end();
  }

  /** @returns why it ended @throws EventStoreFault when the store cannot be asked, or has lost what we read. */
  async #runAttempt(): Promise<unknown> {
    const head = (this.#knownHead = await headOf(this.#client));
    if (this.#received !== undefined && (head === undefined || head < this.#received))
      throw new ImplausiblePositionError(this.#received, head);
    const { signal, streamPrefixes, stallCheckIntervalMs } = this.#options;
    const attempt = openAttempt(this.#client, streamPrefixes, this.#received, {
      hasRoom: () => this.#hasRoom(1),
      onEvent: (event, bytes) => this.#receive({ kind: 'event', event }, event.position, bytes),
      onCheckpoint: (position) => void this.#checkpoint(position),
      onCaughtUp: () => this.#receive({ kind: 'caught-up' }, this.#received),
    });
    this.#attempt = attempt;
    this.#isConnected = true;
    const onAbort = (): void => attempt.end(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const stopWatching = watchForStall({
      newestSince: (position) => newestSince(this.#client, streamPrefixes, position),
      intervalMs: stallCheckIntervalMs,
      progress: () => ({
        received: this.#received,
        heardAt: this.#heardAt,
        isHeldUp: this.#queue.length > 0,
      }),
      onStall: (reason) => attempt.end(reason),
    });
    const reason = await attempt.ended;
    stopWatching();
    signal.removeEventListener('abort', onAbort);
    this.#attempt = undefined;
    this.#isConnected = false;
    this.#isLive = false;
    this.#staleLiveMarks = this.#queuedLiveMarks;
    return reason;
  }

  #receive(item: SubscriptionItem, position: bigint | undefined, bytes = 0): void {
    this.#heardAt = new Date();
    this.#received = position;
    if (item.kind === 'caught-up') this.#queuedLiveMarks += 1;
    this.#queue.push(item, bytes);
  }

  /**
   * A real EventStoreDB reports checkpoints past the newest event. Ours never are, so that a position beyond the
   * head can only mean that the log was replaced.
   */
  async #checkpoint(reported: bigint): Promise<void> {
    this.#heardAt = new Date();
    if (this.#received !== undefined && reported <= this.#received) return;
    const attempt = this.#attempt;
    if (this.#knownHead === undefined || reported > this.#knownHead)
      this.#knownHead = await headOf(this.#client).catch(() => this.#knownHead); // the next checkpoint will do
    if (this.#knownHead === undefined || attempt !== this.#attempt) return;
    const position = this.#knownHead < reported ? this.#knownHead : reported;
    if (this.#received === undefined || position > this.#received)
      this.#receive({ kind: 'checkpoint', position }, position);
  }

  #take(): SubscriptionItem | undefined {
    const item = this.#queue.take();
    if (item?.kind === 'event') this.#handedOver = item.event.position;
    if (item?.kind === 'checkpoint') this.#handedOver = item.position;
    if (item?.kind === 'caught-up') this.#passLiveMark();
    return item;
  }

  #passLiveMark(): void {
    this.#queuedLiveMarks -= 1;
    if (this.#staleLiveMarks > 0) this.#staleLiveMarks -= 1;
    else this.#isLive = true;
  }

  #hasRoom(share: number): boolean {
    const { maxBufferedEvents, maxBufferedBytes } = this.#options;
    return this.#queue.length < maxBufferedEvents * share && this.#queue.bytes < maxBufferedBytes * share;
  }

  #resumeWhenHalfEmpty(): void {
    if (this.#attempt !== undefined && this.#hasRoom(0.5)) this.#attempt.resume();
  }

  #logDrop(reason: unknown): void {
    this.#drops += 1;
    this.#logger.warn(
      { err: reason, position: this.#received?.toString() },
      'subscription dropped; it goes on',
    );
  }
}
