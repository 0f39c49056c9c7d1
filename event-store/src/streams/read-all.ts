import type { EventLog } from '../log/event-log.ts';
import type { RecordedEvent } from '../log/recorded-event.ts';
import type { StartPoint } from './read-request.ts';

/** All events from a position on (it included) up to what is the end now. */
export function* readAllForwards(log: EventLog, from: StartPoint): Iterable<RecordedEvent> {
  const head = log.headPosition;
  const start = from === 'start' ? 1 : from === 'end' ? head + 1 : Math.max(from, 1);
  for (let position = start; position <= head; position++) {
    const event = log.eventAt(position);
    if (isShownInAll(event)) yield event;
  }
}

/** All events before a position (it excluded), newest first. */
export function* readAllBackwards(log: EventLog, from: StartPoint): Iterable<RecordedEvent> {
  const head = log.headPosition;
  const start = from === 'start' ? 0 : from === 'end' ? head : Math.min(from - 1, head);
  for (let position = start; position >= 1; position--) {
    const event = log.eventAt(position);
    if (isShownInAll(event)) yield event;
  }
}

const BOOKKEEPING_OF_ALL = /^\$persistentsubscription-\$all::.*-(?:checkpoint|parked)$/s;

/** `$all` shows everything but what the store notes about readers of `$all` itself: they would follow their own steps. */
export function isShownInAll(event: RecordedEvent): boolean {
  if (!event.isOfSystemStream) return true;
  const { stream } = event;
  return stream !== '$epoch-information' && !BOOKKEEPING_OF_ALL.test(stream);
}
