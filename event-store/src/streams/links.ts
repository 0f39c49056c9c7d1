import type { LogView } from '../log/log-view.ts';
import type { RecordedEvent } from '../log/recorded-event.ts';
import { findStream, firstReadableRevision } from './stream-metadata.ts';

export const LINK_TYPE = '$>';
const LINK_DATA = /^(\d+)@(.+)$/s;

/** An event as handed to readers: itself, or a link with what it points to, if that is still there. */
export interface ResolvedEvent {
  readonly event: RecordedEvent | undefined;
  readonly link: RecordedEvent | undefined;
}

/** The event that stands in the stream that was read; its position and id are the ones that count. */
export function originalOf({ event, link }: ResolvedEvent): RecordedEvent {
  const original = link ?? event;
  if (!original) throw new TypeError('a resolved event holds an event or a link');
  return original;
}

export function asItIs(event: RecordedEvent): ResolvedEvent {
  return { event, link: undefined };
}

/** Whether a reader may see the events of a stream. Whoever can write a link could else read any stream through it. */
export type MayRead = (stream: string) => boolean;

/** Follows a link. A target that is gone, or hidden from the reader, is left out. */
export function resolveLink(log: LogView, event: RecordedEvent, mayRead?: MayRead): ResolvedEvent {
  if (event.type !== LINK_TYPE) return asItIs(event);
  return { event: findTarget(log, event.data.toString('utf8'), mayRead), link: event };
}

function findTarget(log: LogView, data: string, mayRead?: MayRead): RecordedEvent | undefined {
  const [, revisionText, streamName] = LINK_DATA.exec(data) ?? [];
  if (revisionText === undefined || streamName === undefined) return undefined;
  if (mayRead?.(streamName) === false) return undefined;
  const stream = findStream(log, streamName);
  const revision = Number(revisionText);
  if (!stream.state || stream.isTombstoned) return undefined;
  const isReadable = revision >= firstReadableRevision(stream) && revision <= stream.state.lastRevision;
  return isReadable ? log.eventOf(streamName, stream.state, revision) : undefined;
}
