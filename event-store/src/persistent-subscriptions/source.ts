import type { EventLog } from '../log/event-log.ts';
import type { RecordedEvent } from '../log/recorded-event.ts';
import { eventFilter, type EventFilter } from '../streams/event-filter.ts';
import { followAll, followStream, type Feed } from '../streams/feeds.ts';
import type { StartPoint } from '../streams/read-request.ts';
import { findStream } from '../streams/stream-metadata.ts';
import type { GroupKey, GroupSettings } from './settings.ts';

const POSITION_TEXT = /^C:(\d+)\/P:\d+$/;

/**
 * Where a group's events come from. A cursor is the revision (in `$all`: the position) of the last event that was taken,
 * −1 before the first.
 */
export interface GroupSource {
  /** Where a new group begins. */
  firstCursor(startFrom: StartPoint): number;
  follow(cursor: number): Feed;
  cursorOf(event: RecordedEvent): number;
  /** The newest event that the group could hand out, if there is one. */
  lastCursor(): number | undefined;
  /** How the protocol writes a cursor. */
  format(cursor: number): string;
  parse(text: string): number | undefined;
  formatStart(startFrom: StartPoint): string;
  readonly matches: EventFilter;
}

export function sourceOf(log: EventLog, { stream }: GroupKey, { filter }: GroupSettings): GroupSource {
  const matches: EventFilter = filter ? eventFilter(filter) : () => true;
  return stream === undefined ? allSource(log, matches) : streamSource(log, stream, matches);
}

function allSource(log: EventLog, matches: EventFilter): GroupSource {
  const format = (position: number): string => `C:${position}/P:${position}`;
  return {
    matches,
    firstCursor: (from) => (from === 'start' ? 0 : from === 'end' ? log.headPosition : from - 1),
    follow: (cursor) => followAll(log, Math.max(cursor, 0)),
    cursorOf: ({ position }) => position,
    lastCursor: () => (log.headPosition > 0 ? log.headPosition : undefined),
    format,
    parse: (text) => {
      const commit = POSITION_TEXT.exec(text)?.[1];
      return commit === undefined ? undefined : Number(commit);
    },
    formatStart: (from) => (from === 'start' ? format(0) : from === 'end' ? format(-1) : format(from)),
  };
}

function streamSource(log: EventLog, stream: string, matches: EventFilter): GroupSource {
  const lastRevision = (): number | undefined => findStream(log, stream).state?.lastRevision;
  return {
    matches,
    firstCursor: (from) => (from === 'start' ? -1 : from === 'end' ? (lastRevision() ?? -1) : from - 1),
    follow: (cursor) => followStream(log, stream, cursor < 0 ? 'start' : cursor),
    cursorOf: ({ revision }) => revision,
    lastCursor: lastRevision,
    format: (revision) => revision.toString(),
    parse: (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
    formatStart: (from) => (from === 'start' ? '0' : from === 'end' ? '-1' : from.toString()),
  };
}
