import type { EventStoreDBClient } from '@eventstore/db-client';
import { EventStoreFault } from './faults.ts';
import { beginRead, endRead, type ReadCall, type ReadQuery } from './read-call.ts';
import type { ReadResponse } from './read-response.ts';
import type { RecordedEvent } from './recorded-event.ts';

export interface ReadStreamOptions {
  /** The first event to be read, inclusive. Forwards from the start unless given; backwards from the end. */
  readonly fromRevision?: bigint;
  readonly direction?: 'forwards' | 'backwards';
  readonly maxCount?: number;
}

export interface ReadAllOptions {
  /** Exclusive in both directions, as a position that was read is never read again. */
  readonly fromPosition?: bigint;
  /** Only streams whose names begin with one of these; all, the system's too, when left out. */
  readonly streamPrefixes?: readonly string[];
  readonly direction?: 'forwards' | 'backwards';
  readonly maxCount?: number;
}

/** One call of the store reads at most this many events; a longer read is several calls. */
const pageEvents = 1_000;
/** Whoever reads `$all` backwards mostly wants the newest event, and cannot say so. */
const firstBackwardEvents = 2;
/** What lies beyond the event that ends a search is sent and parsed for nothing, so its pages stay small. */
const backwardPageEvents = 256;
/** A read that gets nothing for so long fails: the client itself would wait for ever. */
const readProgressTimeoutMs = 5_000;

export async function* readStream(
  client: EventStoreDBClient,
  stream: string,
  { fromRevision, direction = 'forwards', maxCount = Infinity }: ReadStreamOptions = {},
): AsyncGenerator<RecordedEvent, void> {
  const isForwards = direction === 'forwards';
  let from = fromRevision;
  let left = maxCount;
  while (left > 0) {
    const asked = Math.min(left, pageEvents);
    const query = {
      stream,
      from: from ?? (isForwards ? 'start' : 'end'),
      wanted: { direction, maxCount: asked },
    } as const;
    let last: RecordedEvent | undefined;
    let received = 0;
    for await (const event of untilStalled(client, query)) {
      received += 1;
      last = event;
      yield event;
    }
    if (last === undefined || received < asked) return;
    left -= received;
    if (!isForwards && last.revision === 0n) return;
    from = last.revision + (isForwards ? 1n : -1n);
  }
}

export async function* readAll(
  client: EventStoreDBClient,
  { fromPosition, streamPrefixes, direction = 'forwards', maxCount = Infinity }: ReadAllOptions = {},
): AsyncGenerator<RecordedEvent, void> {
  let left = maxCount;
  if (left <= 0) return;
  for await (const event of everyEvent(client, direction, fromPosition)) {
    if (streamPrefixes !== undefined && !streamPrefixes.some((prefix) => event.stream.startsWith(prefix)))
      continue;
    yield event;
    left -= 1;
    if (left === 0) return;
  }
}

async function* everyEvent(
  client: EventStoreDBClient,
  direction: 'forwards' | 'backwards',
  fromPosition: bigint | undefined,
): AsyncGenerator<RecordedEvent, void> {
  const isForwards = direction === 'forwards';
  let from = fromPosition;
  let asked = isForwards ? pageEvents : firstBackwardEvents;
  for (;;) {
    const query = {
      from: from ?? (isForwards ? 'start' : 'end'),
      wanted: { direction, maxCount: asked },
    } as const;
    let received = 0;
    const before = from;
    for await (const event of untilStalled(client, query)) {
      received += 1;
      if (event.position === before) continue; // the store reads forwards inclusively
      from = event.position;
      yield event;
    }
    if (received < asked) return;
    asked = Math.min(asked * 4, isForwards ? pageEvents : backwardPageEvents);
  }
}

/** The events of one call, with back-pressure; fails when nothing arrives for too long, is cancelled when left early. */
async function* untilStalled(
  client: EventStoreDBClient,
  query: ReadQuery,
): AsyncGenerator<RecordedEvent, void> {
  let call: ReadCall | undefined;
  let received = 0;
  let isWaiting = true;
  let giveUpBeginning: (error: Error) => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => {
    giveUpBeginning = reject;
  });
  const stopWatching = failWhenQuiet(
    () => (isWaiting ? received : undefined),
    (error) => (call === undefined ? giveUpBeginning(error) : call.destroy(error)),
  );
  const beginning = beginRead(client, query);
  try {
    call = await Promise.race([beginning, givenUp]);
    const responses: AsyncIterable<ReadResponse> = call.iterator({ destroyOnReturn: false });
    for await (const response of responses) {
      if (response.kind === 'stream-not-found') return;
      received += 1;
      if (response.kind !== 'event') continue;
      isWaiting = false;
      yield response.event;
      isWaiting = true;
    }
  } catch (cause) {
    throw new EventStoreFault(`cannot read ${query.stream ?? '$all'}`, { cause, isRetryable: true });
  } finally {
    stopWatching();
    if (call === undefined)
      beginning.then(endRead, () => undefined); // what began too late; its failure was told
    else if (!call.readableEnded) endRead(call);
  }
}

/** How often a read is looked at until it counts as stalled. */
const looksWithoutProgress = 5;

/** @param progress changes with whatever arrives; undefined while nothing is waited for. */
function failWhenQuiet(progress: () => number | undefined, fail: (error: Error) => void): () => void {
  let before = progress();
  let quietLooks = 0;
  const timer = setInterval(() => {
    const now = progress();
    quietLooks = now !== undefined && now === before ? quietLooks + 1 : 0;
    before = now;
    if (quietLooks >= looksWithoutProgress)
      fail(new Error(`nothing arrived for ${readProgressTimeoutMs} ms`));
  }, readProgressTimeoutMs / looksWithoutProgress);
  return () => clearInterval(timer);
}
