import type { EventLog } from '../log/event-log.ts';
import { LINK_TYPE, resolveLink, type ResolvedEvent } from '../streams/links.ts';
import { findStream, firstReadableRevision } from '../streams/stream-metadata.ts';
import { note, noteOf, truncate } from '../streams/own-streams.ts';
import { parkedStreamOf, type GroupKey } from './settings.ts';

/** Messages that a group has set aside, kept as links in a stream of its own. */
export class ParkedMessages {
  readonly #log: EventLog;
  readonly #stream: string;

  constructor(log: EventLog, key: GroupKey) {
    this.#log = log;
    this.#stream = parkedStreamOf(key);
  }

  get count(): number {
    const { first, end } = this.#range();
    return end - first;
  }

  /** Sets an event aside. A link is parked as what it points to, so that no link ever leads to a link. */
  async park({ event, link }: ResolvedEvent, reason: string): Promise<void> {
    const to = event ? `${event.revision}@${event.stream}` : link?.data.toString('utf8');
    if (to === undefined) throw new TypeError('a resolved event holds an event or a link');
    const metadata = {
      added: new Date().toISOString(),
      reason,
      subscriptionEventNumber: (link ?? event)?.revision,
    };
    await note(this.#log, this.#stream, noteOf(LINK_TYPE, to, metadata));
  }

  /** The parked links from the oldest on, up to (not including) the one with number `stopAt`. */
  *read(stopAt: number | undefined): Generator<{ revision: number; event: ResolvedEvent }> {
    const { state } = findStream(this.#log, this.#stream);
    const { first, end } = this.#range();
    if (!state) return;
    for (let revision = first; revision < Math.min(stopAt ?? end, end); revision++) {
      yield { revision, event: resolveLink(this.#log, this.#log.eventOf(this.#stream, state, revision)) };
    }
  }

  /** Forgets those before a number. */
  async forgetBefore(revision: number): Promise<void> {
    await truncate(this.#log, this.#stream, revision);
  }

  #range(): { first: number; end: number } {
    const stream = findStream(this.#log, this.#stream);
    if (!stream.state || stream.isSoftDeleted) return { first: 0, end: 0 };
    const end = stream.state.lastRevision + 1;
    return { first: Math.min(firstReadableRevision(stream), end), end };
  }
}
