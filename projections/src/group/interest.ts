import { eventCatalogue, isEventName, type EventName, type RecordedEvent } from '@verbatim/shared';

/** Events of these types; and those of a type that nobody knows, in the streams where these stand. */
export function concernsOf(names: readonly EventName[]): (stored: RecordedEvent) => boolean {
  const known = new Set<string>(names);
  const categories = new Set<string>(names.map((name) => eventCatalogue[name].category));
  return ({ type, stream }) =>
    isEventName(type) ? known.has(type) : categories.has(stream.slice(0, stream.indexOf('-')));
}
