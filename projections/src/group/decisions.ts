import type { DomainEventOf, EventName, EventStore, Recorded } from '@verbatim/shared';
import type { EventDecoder } from './event-decoder.ts';
import { openedEvents } from './log-item.ts';

/** What operators say about parked partitions; every process that projects looks at these. */
export const decisionNames = [
  'ProjectionRetried',
  'ProjectionSkipped',
] as const satisfies readonly EventName[];
export type Decision = Recorded<DomainEventOf<(typeof decisionNames)[number]>>;

const names = new Set<string>(decisionNames);
export const isDecision = (event: Recorded): event is Decision => names.has(event.type);

/**
 * The positions of events that operators decided to leave out, by read model: whoever begins at the start of the log,
 * or goes on with what is parked, knows them before it comes to the decisions.
 * @param reading.decoder opens decisions.
 */
export async function skippedEvents({
  eventStore,
  decoder,
  signal,
}: {
  readonly eventStore: EventStore;
  readonly decoder: EventDecoder;
  readonly signal: AbortSignal;
}): Promise<ReadonlyMap<string, ReadonlySet<bigint>>> {
  const skipped = new Map<string, Set<bigint>>();
  const reading = new AbortController();
  const subscription = eventStore.subscribeToAll({
    fromPosition: 'start',
    streamPrefixes: ['audit-'],
    signal: AbortSignal.any([signal, reading.signal]),
  });
  try {
    for (;;) {
      const batch = await subscription.nextBatch(batchEvents);
      if (batch === undefined) return skipped;
      const decisions = batch.events.filter(({ type }) => type === 'ProjectionSkipped');
      for (const event of openedEvents(await decoder.decode(decisions))) {
        if (event.type !== 'ProjectionSkipped') continue;
        const { readModel, position } = event.data;
        const known = skipped.get(readModel) ?? new Set();
        skipped.set(readModel, known.add(BigInt(position)));
      }
      if (batch.isCaughtUp) return skipped;
    }
  } finally {
    reading.abort();
  }
}

const batchEvents = 1_000;
