import { encodeNumber, eventIdKey, revisionKey, streamKey } from './keys.ts';
import { LogView } from './log-view.ts';
import { chainOf, encodeRecord } from './record.ts';
import { encodeStreamState, type StreamState } from './stream-state.ts';
import type { Tables } from './tables.ts';

/** An event that somebody wants stored. */
export interface ProposedEvent {
  readonly id: Buffer;
  readonly type: string;
  readonly contentType: string;
  readonly metadata: Uint8Array;
  readonly data: Uint8Array;
  /** When it was first stored, if that was elsewhere. */
  readonly createdTicks?: string;
}

/** The end of the log: the position of the last event and the hash chain up to it. */
export interface Head {
  readonly position: number;
  readonly chain: Buffer;
}

export interface AppendedRange {
  readonly firstRevision: number;
  readonly lastRevision: number;
  readonly lastPosition: number;
}

const TICKS_PER_MS_ZEROS = '0000';

/**
 * The writing view of the log inside one LMDB transaction. It sees its own writes. Whoever uses it must decide first and
 * write last: an operation that throws after it has written brings down the whole group.
 */
export class WriteTransaction extends LogView {
  readonly #states = new Map<string, StreamState>();
  readonly #createdTicks = Date.now().toString() + TICKS_PER_MS_ZEROS;
  /** What was looked up, found or not: every append asks several times. */
  readonly #read = new Map<string, StreamState | undefined>();
  #head: Head;
  #isHalfWritten = false;

  constructor(tables: Tables, head: Head) {
    super(tables);
    this.#head = head;
  }

  get head(): Head {
    return this.#head;
  }

  /** The streams that were written to. */
  get changedStreams(): readonly string[] {
    return [...this.#states.keys()];
  }

  override stateOf(stream: string): StreamState | undefined {
    const written = this.#states.get(stream);
    if (written) return written;
    if (this.#read.has(stream)) return this.#read.get(stream);
    const state = super.stateOf(stream);
    this.#read.set(stream, state);
    return state;
  }

  /** True while some of an append's entries are written and some are not. */
  get isHalfWritten(): boolean {
    return this.#isHalfWritten;
  }

  /** Appends without any check. At least one event. */
  append(stream: string, events: readonly ProposedEvent[]): AppendedRange {
    const before = this.stateOf(stream);
    const name = Buffer.from(stream, 'utf8');
    const streamId = before?.id ?? this.#head.position + 1;
    const firstRevision = (before?.lastRevision ?? -1) + 1;
    let revision = firstRevision;
    let { position, chain } = this.#head;
    this.#isHalfWritten = true;
    for (const event of events) {
      position++;
      const record = encodeRecord(
        {
          ...event,
          stream: name,
          revision,
          position,
          createdTicks: event.createdTicks ?? this.#createdTicks,
        },
        chain,
      );
      chain = chainOf(record);
      this.tables.events.putSync(position, record, { append: true });
      this.tables.revisions.putSync(revisionKey(streamId, revision), encodeNumber(position));
      this.tables.eventIds.putSync(eventIdKey(streamId, event.id), encodeNumber(revision));
      revision++;
    }
    this.#head = { position, chain };
    this.#states.set(stream, { id: streamId, lastRevision: revision - 1, isTombstoned: false });
    this.#isHalfWritten = false;
    return { firstRevision, lastRevision: revision - 1, lastPosition: position };
  }

  /** Notes something that is no event, in the same transaction. */
  setFact(name: string, value: string): void {
    this.tables.facts.putSync(name, value);
  }

  /** Closes a stream for ever. It must have at least one event by now. */
  markTombstoned(stream: string): void {
    const state = this.stateOf(stream);
    if (state) this.#states.set(stream, { ...state, isTombstoned: true });
  }

  /** Writes what the transaction has only noted so far. */
  finish(): void {
    for (const [stream, state] of this.#states) {
      const key = streamKey(stream);
      this.tables.streams.putSync(key, encodeStreamState(key, state));
    }
  }
}
