import { BACKWARDS, END, FORWARDS, START, StreamNotFoundError } from '@eventstore/db-client';
import type { EventStoreDBClient, ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import { EventStoreFault } from './faults.ts';
import { toRecordedEvent, type RecordedEvent } from './recorded-event.ts';

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
    const read = client.readStream(stream, {
      direction: isForwards ? FORWARDS : BACKWARDS,
      fromRevision: from ?? (isForwards ? START : END),
      maxCount: asked,
    });
    let last: RecordedEvent | undefined;
    let received = 0;
    for await (const event of untilStalled(read, stream)) {
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
    const read = client.readAll({
      direction: isForwards ? FORWARDS : BACKWARDS,
      fromPosition: from === undefined ? (isForwards ? START : END) : { commit: from, prepare: from },
      maxCount: asked,
    });
    let received = 0;
    const before = from;
    for await (const event of untilStalled(read, '$all')) {
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
  read: StreamingRead<Partial<ResolvedEvent>>,
  what: string,
): AsyncGenerator<RecordedEvent, void> {
  let isWaiting = true;
  let waitedSince = Date.now();
  const timer = setInterval(() => {
    if (isWaiting && Date.now() - waitedSince > readProgressTimeoutMs)
      read.destroy(new Error(`nothing arrived for ${readProgressTimeoutMs} ms`));
  }, readProgressTimeoutMs / 5);
  try {
    const results: AsyncIterable<Partial<ResolvedEvent>> = read.iterator({ destroyOnReturn: false });
    for await (const resolved of results) {
      isWaiting = false;
      const event = toRecordedEvent(resolved);
      if (event !== undefined) yield event;
      waitedSince = Date.now();
      isWaiting = true;
    }
  } catch (cause) {
    if (cause instanceof StreamNotFoundError) return;
    if (cause instanceof EventStoreFault) throw cause;
    throw new EventStoreFault(`cannot read ${what}`, { cause, isRetryable: true });
  } finally {
    clearInterval(timer);
    if (!read.readableEnded) release(read);
  }
}

/** What was sent already is thrown away, not left unread: the client would count the call as open for ever. */
function release(read: StreamingRead<unknown>): void {
  read.on('error', () => undefined); // the end of a call that nobody listens to any more
  read.cancel().catch(() => undefined); // rejects only when the call never began
  read.resume();
}
