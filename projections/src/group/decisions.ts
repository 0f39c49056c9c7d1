import {
  decodeEvent,
  Sealer,
  type DomainEventOf,
  type EventName,
  type EventStore,
  type Keyring,
  type Recorded,
} from '@verbatim/shared';

/** What operators say about parked partitions; every process that projects looks at these. */
export const decisionNames = [
  'ProjectionRetried',
  'ProjectionSkipped',
] as const satisfies readonly EventName[];
export type Decision = Recorded<DomainEventOf<(typeof decisionNames)[number]>>;

const names = new Set<string>(decisionNames);
export const isDecision = (event: Recorded): event is Decision => names.has(event.type);

/** The positions of events that operators decided to leave out, by read model: a rebuild knows them from the start. */
export async function skippedEvents(
  eventStore: EventStore,
  keyring: Keyring,
): Promise<ReadonlyMap<string, ReadonlySet<bigint>>> {
  const skipped = new Map<string, Set<bigint>>();
  const sealer = new Sealer(keyring);
  const reading = new AbortController();
  const subscription = eventStore.subscribeToAll({
    fromPosition: 'start',
    streamPrefixes: ['audit-'],
    signal: reading.signal,
  });
  try {
    for (;;) {
      const batch = await subscription.nextBatch(batchEvents);
      if (batch === undefined) return skipped;
      for (const stored of batch.events) {
        if (stored.type !== 'ProjectionSkipped') continue;
        const event = decodeEvent(stored, sealer);
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
