import { StatusError } from '../grpc/status-error.ts';
import type { EventLog } from '../log/event-log.ts';
import type { RecordedEvent } from '../log/recorded-event.ts';
import type { Feed } from '../streams/feeds.ts';
import { asItIs, resolveLink } from '../streams/links.ts';
import { messageOf, type Message } from './message.ts';
import type { GroupSource } from './source.ts';

/** Takes events off a group's source, one by one, and makes messages of those that match. */
export class SourceReader {
  readonly #log: EventLog;
  readonly #source: GroupSource;
  readonly #resolveLinks: boolean;
  readonly #feed: Feed;
  #cursor: number;
  #looked = 0;

  constructor(log: EventLog, source: GroupSource, cursor: number, resolveLinks: boolean) {
    this.#log = log;
    this.#source = source;
    this.#resolveLinks = resolveLinks;
    this.#cursor = cursor;
    this.#feed = source.follow(cursor);
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** How many events were taken, whether they matched or not. */
  get looked(): number {
    return this.#looked;
  }

  get watches(): Feed['watches'] {
    return this.#feed.watches;
  }

  /** The next message; `no-match` if the next event is none for this group; undefined at the end. */
  next(): Message | 'no-match' | undefined {
    const event = this.#take();
    if (!event) return undefined;
    const cursorBefore = this.#cursor;
    this.#cursor = this.#source.cursorOf(event);
    this.#looked++;
    if (!this.#source.matches(event)) return 'no-match';
    const resolved = this.#resolveLinks ? resolveLink(this.#log, event) : asItIs(event);
    return messageOf(resolved, { cursorBefore, sequence: this.#looked });
  }

  #take(): RecordedEvent | undefined {
    try {
      return this.#feed.next();
    } catch (error) {
      // A tombstone ends the source; what was handed out before it can still be acknowledged.
      if (error instanceof StatusError) return undefined;
      throw error;
    }
  }
}
