import { randomUUID } from 'node:crypto';
import { jsonEvent, type JSONEventData, type JSONType, type ResolvedEvent } from '@eventstore/db-client';

/** So many events of one type, told apart by their `n`. */
export function someEvents(count: number, type = 'SomethingHappened'): JSONEventData[] {
  return Array.from({ length: count }, (_, n) => jsonEvent({ type, data: { n } }));
}

export function oneEvent(data: JSONType = {}, type = 'SomethingHappened'): JSONEventData {
  return jsonEvent({ type, data });
}

/** A stream name that no other test uses. */
export function newStream(prefix = 'stream'): string {
  return `${prefix}-${randomUUID()}`;
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

export function idsOf(events: readonly ResolvedEvent[]): (string | undefined)[] {
  return events.map(({ event }) => event?.id);
}
