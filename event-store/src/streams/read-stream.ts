import type { EventLog } from '../log/event-log.ts';
import type { RecordedEvent } from '../log/recorded-event.ts';
import { streamDeleted } from './errors.ts';
import type { StartPoint } from './read-request.ts';
import { findStream, firstReadableRevision, type Stream } from './stream-metadata.ts';

interface StreamRange {
  readonly from: StartPoint;
  readonly direction: 'forwards' | 'backwards';
}

/** The readable events of a stream, or undefined if there is no such stream. */
export function readStream(
  log: EventLog,
  name: string,
  range: StreamRange,
): Iterable<RecordedEvent> | undefined {
  const stream = findStream(log, name);
  if (stream.isTombstoned) throw streamDeleted(name);
  if (!stream.state || stream.isSoftDeleted) return undefined;
  const events =
    range.direction === 'forwards' ? forwards(log, stream, range.from) : backwards(log, stream, range.from);
  return stream.metadata.$maxAge === undefined ? events : youngerThan(events, stream.metadata.$maxAge);
}

function* forwards(log: EventLog, stream: Stream, from: StartPoint): Iterable<RecordedEvent> {
  if (!stream.state) return;
  const { lastRevision } = stream.state;
  const start = from === 'start' ? 0 : from === 'end' ? lastRevision : from;
  for (let revision = Math.max(start, firstReadableRevision(stream)); revision <= lastRevision; revision++) {
    yield log.eventOf(stream.name, stream.state, revision);
  }
}

function* backwards(log: EventLog, stream: Stream, from: StartPoint): Iterable<RecordedEvent> {
  if (!stream.state) return;
  const { lastRevision } = stream.state;
  const start = from === 'start' ? 0 : from === 'end' ? lastRevision : Math.min(from, lastRevision);
  const first = firstReadableRevision(stream);
  for (let revision = start; revision >= first; revision--) {
    yield log.eventOf(stream.name, stream.state, revision);
  }
}

function* youngerThan(events: Iterable<RecordedEvent>, maxAgeSeconds: number): Iterable<RecordedEvent> {
  const oldestMs = Date.now() - maxAgeSeconds * 1_000;
  for (const event of events) if (event.createdMs > oldestMs) yield event;
}
