import type { EventLog } from '../log/event-log.ts';
import type { RecordedEvent } from '../log/recorded-event.ts';
import { streamDeleted } from './errors.ts';
import { isShownInAll } from './read-all.ts';
import type { StartPoint } from './read-request.ts';
import { findStream, firstReadableRevision, TOMBSTONE_TYPE } from './stream-metadata.ts';

/**
 * A subscriber's place in the log. Old and new events alike come out of the log, from where the subscriber is: there is no
 * hand-over from history to live events at which one could get lost or come twice, and nothing to buffer for slow readers.
 */
export interface Feed {
  /** The streams whose commits may bring something new. */
  readonly watches: readonly string[] | 'any';
  /** Moves on by one event. Undefined at the end of what there is. */
  next(): RecordedEvent | undefined;
}

/** Follows `$all` from after a position. */
export function followAll(log: EventLog, from: StartPoint): Feed {
  let position = from === 'start' ? 0 : from === 'end' ? log.headPosition : from;
  return {
    watches: 'any',
    next: () => {
      while (position < log.headPosition) {
        const event = log.eventAt(++position);
        if (isShownInAll(event)) return event;
      }
      return undefined;
    },
  };
}

/** Follows one stream from after a revision, whether it exists yet or not. Ends with an error when it is tombstoned. */
export function followStream(log: EventLog, name: string, from: StartPoint): Feed {
  const stream = findStream(log, name);
  if (stream.isTombstoned) throw streamDeleted(name);
  const last = stream.state?.lastRevision ?? -1;
  const asked = from === 'start' ? 0 : from === 'end' ? last + 1 : from + 1;
  // What truncation hides now stays hidden; what is appended from now on is shown, however short the stream is kept.
  let revision = stream.state ? Math.max(asked, Math.min(firstReadableRevision(stream), last + 1)) : asked;
  let isAtTombstone = false;
  const { $maxAge } = stream.metadata;
  const oldestMs = $maxAge === undefined ? -Infinity : Date.now() - $maxAge * 1_000;
  let state = stream.state;
  return {
    watches: [name],
    next: () => {
      if (isAtTombstone) throw streamDeleted(name);
      if (!state || revision > state.lastRevision) state = log.stateOf(name);
      while (state && revision <= state.lastRevision) {
        const event = log.eventOf(name, state, revision);
        // Durable but not announced yet: changed rights are heard of with the announcement, so it comes first.
        if (event.position > log.headPosition) return undefined;
        revision++;
        if (event.revision <= last && event.createdMs <= oldestMs) continue;
        isAtTombstone = event.type === TOMBSTONE_TYPE;
        return event;
      }
      return undefined;
    },
  };
}
