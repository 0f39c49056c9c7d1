import { MalformedEventError } from './malformed-event.ts';
import { eventCatalogue, type EventName } from './catalogue.ts';

/** Lifts the data of one schema number to the next. */
type Upcaster = (data: Record<string, unknown>) => Record<string, unknown>;

/** By event type; index 0 lifts schema 1 to 2, and so on. Stored samples of each old shape are tested for ever. */
export const upcasters: Partial<Record<EventName, readonly Upcaster[]>> = {
  LoginFailed: [(data) => ({ ...data, firstAt: null })],
};

/** @throws MalformedEventError when the event is from a newer Verbatim than this one. */
export function upcast(type: EventName, schema: number, data: unknown, where: string): unknown {
  const newest: number = eventCatalogue[type].schema;
  if (schema === newest) return data;
  if (schema > newest) throw new MalformedEventError(`${where} ${schema} is newer than the known ${newest}`);
  if (typeof data !== 'object' || data === null) return data;
  const steps = upcasters[type]?.slice(schema - 1) ?? [];
  return steps.reduce<Record<string, unknown>>((lifted, step) => step(lifted), { ...data });
}
