import type { DomainEvent, EventStore, RecordedEvent } from '@verbatim/shared';
import { LRUCache } from 'lru-cache';
import type { Opener } from './opener.ts';
import type { StreamKind } from './stream-kind.ts';
import { TrackedStream } from './tracked-stream.ts';

/** Where streams are read. */
export type StreamSource = Pick<EventStore, 'readStream'>;

/** `recent`: at most a second behind what other processes did. `now`: read again, nothing done before is missing. */
export type Freshness = 'recent' | 'now';

const recentMs = 1_000;

export interface StreamStatesOptions<State, Event extends DomainEvent> {
  readonly kind: StreamKind<State, Event>;
  readonly source: StreamSource;
  readonly opener: Opener;
  /** How long ago the subscription was known to be complete; Infinity for streams that it does not cover. */
  readonly feedAgeMs: () => number;
  /** Sum of the weights of what is held. */
  readonly maxWeight: number;
}

interface Entry<State, Event extends DomainEvent> {
  readonly tracked: TrackedStream<State, Event>;
  /** The read under way, and the one that waits to begin after it. */
  reading: Promise<void> | undefined;
  next: Promise<void> | undefined;
}

/**
 * States of streams, kept while they are used: read once, then kept up by the subscription and by what this process
 * appends. A state that nobody vouches for any more is completed from the end of its stream before it is given.
 */
export class StreamStates<State, Event extends DomainEvent> {
  readonly #options: StreamStatesOptions<State, Event>;
  readonly #entries: LRUCache<string, Entry<State, Event>>;

  constructor(options: StreamStatesOptions<State, Event>) {
    this.#options = options;
    this.#entries = new LRUCache({
      maxSize: options.maxWeight,
      // One that is heavier than all else may be is held all the same: not to would mean reading it each time.
      sizeCalculation: ({ tracked }) => Math.min(tracked.weight, options.maxWeight),
    });
  }

  get kind(): StreamKind<State, Event> {
    return this.#options.kind;
  }

  /** @throws EventStoreFault when the store is away, VaultUnavailableError when content cannot be opened. */
  async get(stream: string, freshness: Freshness): Promise<TrackedStream<State, Event>> {
    const known = this.#entries.get(stream);
    if (known !== undefined && freshness === 'recent' && this.#isRecent(known.tracked)) return known.tracked;
    const entry = known ?? this.#enter(stream);
    await this.#readAgain(stream, entry, freshness);
    if (entry.tracked.revision < 0n) this.#drop(stream, entry);
    return entry.tracked;
  }

  /** What is held of a stream, however old; for those who only want to look. */
  peek(stream: string): TrackedStream<State, Event> | undefined {
    return this.#entries.peek(stream)?.tracked;
  }

  /** Takes in what this process just appended. */
  applyOwn(stream: string, events: readonly RecordedEvent[]): void {
    const [first] = events;
    if (first === undefined) return;
    const entry = this.#entries.peek(stream) ?? (first.revision === 0n ? this.#enter(stream) : undefined);
    if (entry === undefined) return;
    this.#apply(stream, entry, events);
    if (entry.tracked.revision === events.at(-1)?.revision) entry.tracked.verifiedAtMs = performance.now();
  }

  /** Takes in what the subscription brought; streams that nobody uses are passed over. */
  applyFromFeed(event: RecordedEvent): void {
    const entry = this.#entries.peek(event.stream);
    if (entry !== undefined) this.#apply(event.stream, entry, [event]);
  }

  #isRecent({ verifiedAtMs, revision }: TrackedStream<State, Event>): boolean {
    if (revision < 0n) return false;
    const ageMs = performance.now() - verifiedAtMs;
    return ageMs <= recentMs || (ageMs < Infinity && this.#options.feedAgeMs() <= recentMs);
  }

  #enter(stream: string): Entry<State, Event> {
    const tracked = new TrackedStream(this.#options.kind);
    const entry: Entry<State, Event> = { tracked, reading: undefined, next: undefined };
    this.#entries.set(stream, entry);
    return entry;
  }

  #drop(stream: string, entry: Entry<State, Event>): void {
    if (this.#entries.peek(stream) === entry) this.#entries.delete(stream);
  }

  /** Whoever asks for `now` must not be served by a read that began earlier. */
  async #readAgain(stream: string, entry: Entry<State, Event>, freshness: Freshness): Promise<void> {
    if (entry.reading === undefined) {
      entry.reading = this.#readOn(stream, entry).finally(() => (entry.reading = undefined));
      return entry.reading;
    }
    if (freshness === 'recent') return entry.reading;
    entry.next ??= entry.reading
      .catch(() => undefined) // told to those who waited for that read
      .then(() => {
        entry.next = undefined;
        return this.#readAgain(stream, entry, 'recent');
      });
    return entry.next;
  }

  async #readOn(stream: string, entry: Entry<State, Event>): Promise<void> {
    const { tracked } = entry;
    const { kind, opener, source } = this.#options;
    try {
      do {
        const startedAtMs = performance.now();
        const events = await readOn(source, stream, tracked.revision, kind.tailEvents);
        const [first] = events;
        if (kind.tailEvents !== undefined && first !== undefined) tracked.beginBefore(first.revision);
        if (!tracked.take(await opener.open(kind, events)))
          throw new Error(`${stream} was read with events missing`);
        tracked.verifiedAtMs = startedAtMs;
      } while (tracked.announcedRevision > tracked.revision);
      this.#reweigh(stream, entry);
    } catch (error) {
      this.#drop(stream, entry);
      throw error;
    }
  }

  #apply(stream: string, entry: Entry<State, Event>, events: readonly RecordedEvent[]): void {
    const { tracked } = entry;
    const last = events.at(-1);
    if (last !== undefined && last.revision > tracked.announcedRevision)
      tracked.announcedRevision = last.revision;
    if (entry.reading !== undefined && tracked.revision < 0n) return; // the first read takes them in
    const opened = this.#options.opener.openAtHand(this.#options.kind, events);
    if (opened !== undefined && tracked.take(opened)) this.#reweigh(stream, entry);
    else if (entry.reading === undefined) this.#drop(stream, entry); // a read under way goes on to the end
  }

  #reweigh(stream: string, entry: Entry<State, Event>): void {
    if (this.#entries.peek(stream) === entry) this.#entries.set(stream, entry);
  }
}

async function readOn(
  source: StreamSource,
  stream: string,
  revision: bigint,
  tailEvents: number | undefined,
): Promise<RecordedEvent[]> {
  const isTail = revision < 0n && tailEvents !== undefined;
  const options = isTail
    ? { direction: 'backwards' as const, maxCount: tailEvents }
    : { fromRevision: revision + 1n };
  const events: RecordedEvent[] = [];
  for await (const event of source.readStream(stream, options)) events.push(event);
  return isTail ? events.reverse() : events;
}
