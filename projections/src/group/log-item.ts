import type { Recorded, RecordedEvent } from '@verbatim/shared';

/** An event of the log on its way into the read models. */
export interface LogItem {
  readonly stored: RecordedEvent;
  /** Null when it could not be decoded, and when no read model wants its type opened. */
  readonly event: Recorded | null;
  readonly failure: Error | null;
}

/**
 * The events of items that were to be opened.
 * @throws the first failure there is: what follows it must not be applied before it.
 */
export function openedEvents(items: readonly LogItem[]): Recorded[] {
  const events: Recorded[] = [];
  for (const { event, failure } of items) {
    if (failure !== null) throw failure;
    if (event !== null) events.push(event);
  }
  return events;
}
