import type { EventStoreDBClient } from '@eventstore/db-client';
import { readAll } from './read.ts';

/** How far back a search for the newest event of some streams goes before it gives up, in events. */
const maxSearchedEvents = 4_096;

/** The position of the newest event of all; undefined while the log is empty. */
export async function headOf(client: EventStoreDBClient): Promise<bigint | undefined> {
  for await (const event of readAll(client, { direction: 'backwards', maxCount: 1 })) return event.position;
  return undefined;
}

export interface NewestSearch {
  readonly head: bigint | undefined;
  /** The newest event of the streams after `since`; undefined when there is none. */
  readonly newest: bigint | undefined;
  /** False when the search was given up among events of other streams. */
  readonly isConclusive: boolean;
}

/** The client cannot filter reads of `$all`, so this reads back from the head until it meets a match or `since`. */
export async function newestSince(
  client: EventStoreDBClient,
  streamPrefixes: readonly string[],
  since: bigint | undefined,
): Promise<NewestSearch> {
  let head: bigint | undefined;
  let searched = 0;
  for await (const event of readAll(client, { direction: 'backwards', maxCount: maxSearchedEvents })) {
    head ??= event.position;
    if (since !== undefined && event.position <= since)
      return { head, newest: undefined, isConclusive: true };
    if (streamPrefixes.some((prefix) => event.stream.startsWith(prefix)))
      return { head, newest: event.position, isConclusive: true };
    searched += 1;
  }
  return { head, newest: undefined, isConclusive: searched < maxSearchedEvents };
}
