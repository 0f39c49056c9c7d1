import {
  createFreshnessProbe,
  type EventStore,
  type FreshnessProbe,
  type Logger,
  type RecordedEvent,
} from '@verbatim/shared';

/** The streams whose states are held; messages and reading marks are too many and are read when needed. */
const followedPrefixes = ['organization-', 'user-', 'room-'] as const;
const maxBatchEvents = 512;

/** This process's one subscription: what others append, as it comes. */
export interface Feed {
  /** Milliseconds since everything appended until then is known to have been taken in. */
  ageMs(): number;
  stop(): Promise<void>;
}

export interface FeedOptions {
  readonly eventStore: Pick<EventStore, 'subscribeToAll' | 'head' | 'newestSince'>;
  readonly logger: Logger;
  readonly onEvent: (event: RecordedEvent) => void;
}

export function startFeed({ eventStore, logger, onEvent }: FeedOptions): Feed {
  const stopping = new AbortController();
  const { signal } = stopping;
  const subscription = eventStore.subscribeToAll({
    fromPosition: 'end',
    streamPrefixes: followedPrefixes,
    signal,
  });
  let applied: bigint | undefined;
  const follow = async (): Promise<void> => {
    for (;;) {
      const batch = await subscription.nextBatch(maxBatchEvents);
      if (batch === undefined) return;
      for (const event of batch.events) onEvent(event);
      applied = batch.position;
    }
  };
  // Without the feed states are read again when they are older than a second: slower, never wrong.
  const following = follow().catch((error: unknown) =>
    logger.error({ err: error }, 'the subscription of the command side has ended'),
  );
  const probe: FreshnessProbe = createFreshnessProbe({
    eventStore,
    streamPrefixes: followedPrefixes,
    appliedPosition: () => applied,
    signal,
  });
  return {
    ageMs: () => probe.ageMs(),
    stop: async () => {
      stopping.abort();
      await following;
    },
  };
}
