import { setTimeout as delay } from 'node:timers/promises';
import {
  fullJitterMs,
  ImplausiblePositionError,
  isTransient,
  type Logger,
  type PushItem,
} from '@verbatim/shared';
import type pg from 'pg';
import { skippedEvents } from '../group/decisions.ts';
import type { LogItem } from '../group/log-item.ts';
import { ModelWriter, type LogBatch } from '../group/model-writer.ts';
import { isAnythingParked, type ParkedPartition } from '../group/parked.ts';
import type { ReadModel } from '../group/read-model.ts';
import { createSchema, stateOf } from '../group/schema.ts';
import { FencedError, transaction } from '../group/transaction.ts';
import { connect, planningByKey, preparing } from '../tables/connection.ts';
import { insertRows } from '../tables/row-writer.ts';
import { readLog, type LogReading } from './catch-up.ts';
import type { EventFeed } from './event-feed.ts';
import type { FeedQueue } from './feed-queue.ts';
import { beating, becomeLeader } from './leadership.ts';

export interface ModelRunnerOptions extends LogReading {
  readonly databaseUrl: string;
  readonly model: ReadModel;
  readonly feed: EventFeed;
  readonly logger: Logger;
  // None of these may throw.
  readonly onInterrupted: () => void;
  readonly onParked: (parked: ParkedPartition) => void;
  /** After the commit, in log order. */
  readonly onCommitted: (position: bigint, pushes: readonly PushItem[], items: readonly LogItem[]) => void;
}

export type RunnerPhase = 'connecting' | 'standing-by' | 'catching-up' | 'live' | 'refused' | 'stopped';

const batchEvents = 1_000;
/** From both of these on the log is busy; fewer events are applied as they come. */
const busyBatchEvents = 6;
const busyEventsPerSecond = 200;
/** Batches of so many cost little enough for each event; waiting for more would only be late. */
const enoughEvents = 256;
/** In a busy log a read model is at work at most this part of the time. */
const busyShare = 1 / 3;
/** A batch that hung for long says nothing about how long batches take. */
const maxBatchIntervalMs = 500;
const retryBackOff = { baseMs: 100, capMs: 2_000 };
/** A fault that goes on is counted at each attempt and is in `/health/ready`; the log has it so often. */
const sameFaultLoggedEveryMs = 60_000;

/** Keeps one read model up with the log: leads, catches up, follows the feed; starts over after whatever breaks. */
export class ModelRunner {
  readonly #options: ModelRunnerOptions;
  #phase: RunnerPhase = 'connecting';
  #writer: ModelWriter | undefined;
  /** While it follows the feed. */
  #queue: FeedQueue | undefined;
  #fault: Error | undefined;
  #logged: { readonly message: string; readonly at: number } | undefined;
  #waitingSince: number | undefined;

  constructor(options: ModelRunnerOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.model.name;
  }

  get phase(): RunnerPhase {
    // On a log in which nothing happens no batch comes that would end the catching up.
    const isAtTheHead = this.#queue?.isEmpty === true && this.#options.feed.state.isCaughtUp;
    return this.#phase === 'catching-up' && isAtTheHead ? 'live' : this.#phase;
  }

  get position(): bigint | undefined {
    return this.#writer?.position;
  }

  get parked(): readonly ParkedPartition[] {
    return this.#writer?.parked ?? [];
  }

  /** How long the oldest event that was handed over has been waiting. */
  get behindMs(): number {
    return this.#waitingSince === undefined ? 0 : Date.now() - this.#waitingSince;
  }

  /** Why it is not at work. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /** Resolves once the signal is given and nothing is under way. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const positionBefore = this.position;
      await this.#lead().catch((error: unknown) => this.#noteInterruption(error));
      if (this.position !== positionBefore) failures = 0;
      await delay(fullJitterMs(failures, retryBackOff), undefined, { signal }).catch(() => undefined); // the loop ends
    }
    this.#phase = 'stopped';
  }

  #noteInterruption(error: unknown): void {
    const { signal, logger, model, onInterrupted } = this.#options;
    if (signal.aborted) return;
    onInterrupted();
    this.#fault = error instanceof Error ? error : new Error(String(error));
    this.#phase = error instanceof ImplausiblePositionError ? 'refused' : 'connecting';
    const { message } = this.#fault;
    const now = performance.now();
    if (this.#logged?.message === message && now - this.#logged.at < sameFaultLoggedEveryMs) return;
    this.#logged = { message, at: now };
    const level = error instanceof FencedError || isTransient(error) ? 'warn' : 'error';
    logger[level]({ err: error, readModel: model.name }, 'projecting was interrupted; it starts over');
  }

  async #lead(): Promise<void> {
    const { databaseUrl, model, signal, eventStore } = this.#options;
    const connection = await connect({
      url: databaseUrl,
      applicationName: `verbatim projections ${model.name}`,
      settings: planningByKey,
      isPipelined: true,
    });
    const heartbeat = beating(connection);
    const leading = AbortSignal.any([signal, heartbeat.lost]);
    try {
      this.#phase = 'standing-by';
      await becomeLeader(connection, model.name, signal);
      await this.#ensureSchema(connection);
      const writer = await ModelWriter.open({
        connection: preparing(connection),
        model,
        schema: model.name,
        skipped: await this.#skippedEvents(connection, leading),
        writer: insertRows,
        wantsPushes: true,
        isLoading: false,
        heedsDecisions: true,
        onParked: (parked) => this.#reportParked(parked),
      });
      this.#writer = writer;
      const head = (await eventStore.head()) ?? 0n;
      if (writer.position > head) throw new ImplausiblePositionError(writer.position, head);
      this.#fault = undefined;
      this.#phase = 'catching-up';
      while (!leading.aborted) await this.#follow(writer, leading);
      heartbeat.lost.throwIfAborted();
    } finally {
      heartbeat.stop();
      await connection.end().catch(() => undefined); // it may be what broke
    }
  }

  async #ensureSchema(connection: pg.Client): Promise<void> {
    const { model } = this.#options;
    const state = await stateOf(connection, model.name);
    if (state === undefined)
      await transaction(connection, 'public', () => createSchema(connection, model, model.name));
    else if (state.version !== model.version)
      throw new Error(
        `the tables of ${model.name} are of version ${state.version}, not ${model.version}: run npm run rebuild-projections`,
      );
  }

  /**
   * Only where decisions may concern events that come before them: at the start of the log, and with something parked.
   * Any other is come upon in time.
   */
  async #skippedEvents(connection: pg.Client, signal: AbortSignal): Promise<ReadonlySet<bigint>> {
    const { model, eventStore, decoder } = this.#options;
    const isAtTheStart = (await stateOf(connection, model.name))?.position === 0n;
    if (!isAtTheStart && !(await isAnythingParked(connection, model.name))) return new Set();
    const skipped = await skippedEvents({ eventStore, decoder, signal });
    signal.throwIfAborted();
    return skipped.get(model.name) ?? new Set();
  }

  /** Reads up to where the feed is, then follows it for as long as it is kept in it. */
  async #follow(writer: ModelWriter, leading: AbortSignal): Promise<void> {
    const { feed, model } = this.#options;
    if (feed.state.position !== undefined && feed.state.position > writer.position)
      for await (const batch of readLog(this.#options, { from: writer.position, batchEvents }))
        await this.#apply(writer, batch);
    const { queue, from } = feed.join(writer.position, (stored) => model.isPrompt && model.concerns(stored));
    try {
      if (from > writer.position)
        for await (const batch of readLog(this.#options, { from: writer.position, to: from, batchEvents }))
          await this.#apply(writer, batch);
      this.#queue = queue;
      let begunAt = -Infinity;
      let mayBeginAt = -Infinity;
      while (feed.feeds(queue)) {
        if (queue.isEmpty && writer.parked.some(({ resumedPosition }) => resumedPosition !== null)) {
          await this.#resumeParked(writer, queue);
          continue;
        }
        await this.#pauseUntil(mayBeginAt, leading);
        const batch = await queue.take(batchEvents, leading);
        if (batch === undefined) return;
        const sinceLastMs = performance.now() - begunAt;
        begunAt = performance.now();
        await this.#apply(writer, batch);
        mayBeginAt = isOfBusyLog(batch, sinceLastMs) ? this.#nextAfter(begunAt) : -Infinity;
        if (queue.isEmpty) this.#phase = 'live';
      }
      this.#phase = 'catching-up';
    } finally {
      this.#queue = undefined;
      feed.leave(queue);
    }
  }

  /** On a machine that is short of time small batches take longer, so fewer and larger ones follow. */
  #nextAfter(begunAt: number): number {
    const intervalMs = Math.min((performance.now() - begunAt) / busyShare, maxBatchIntervalMs);
    return begunAt + Math.max(intervalMs, this.#options.model.batchIntervalMs);
  }

  async #pauseUntil(time: number, leading: AbortSignal): Promise<void> {
    const leftMs = time - performance.now();
    if (leftMs > 0) await delay(leftMs, undefined, { signal: leading }).catch(() => undefined); // ends where it leads no more
  }

  async #apply(writer: ModelWriter, batch: LogBatch): Promise<void> {
    this.#waitingSince ??= Date.now();
    for await (const { position, pushes, items } of writer.apply(batch))
      this.#options.onCommitted(position, pushes, items);
    this.#waitingSince = undefined;
  }

  /** A stretch of the log for each partition that somebody decided to go on with; what is live goes first. */
  async #resumeParked(writer: ModelWriter, queue: FeedQueue): Promise<void> {
    for (const { partition, position, resumedPosition, stream, revision } of writer.parked) {
      if (resumedPosition === null) continue;
      if (resumedPosition < position) {
        const { eventStore, decoder } = this.#options;
        for await (const event of eventStore.readStream(stream, { fromRevision: revision, maxCount: 1 }))
          await this.#resume(writer, partition, { items: await decoder.decode([event]), upTo: position });
      } else {
        const stretch = { from: resumedPosition, to: writer.position, batchEvents };
        if (resumedPosition >= writer.position)
          await this.#resume(writer, partition, { items: [], upTo: resumedPosition });
        for await (const batch of readLog(this.#options, stretch)) {
          await this.#resume(writer, partition, batch);
          if (!queue.isEmpty) return;
        }
      }
    }
  }

  async #resume(writer: ModelWriter, partition: string, { items, upTo }: LogBatch): Promise<void> {
    const pushes = await writer.resume(partition, items, upTo);
    this.#options.onCommitted(writer.position, pushes, []);
  }

  #reportParked(parked: ParkedPartition): void {
    const { logger, model, onParked } = this.#options;
    onParked(parked);
    const { partition, stream, revision, position, eventType, cause } = parked;
    logger.error(
      { readModel: model.name, partition, stream, revision, position, eventType, cause },
      'an event could not be applied; its partition waits, all others go on',
    );
  }
}

function isOfBusyLog({ items: { length } }: LogBatch, sinceLastMs: number): boolean {
  if (length < busyBatchEvents || length >= enoughEvents) return false;
  return (length / sinceLastMs) * 1_000 >= busyEventsPerSecond;
}
