import type { EventStore } from './event-store.ts';

export interface FreshnessOptions {
  readonly eventStore: Pick<EventStore, 'head' | 'newestSince'>;
  readonly streamPrefixes: readonly string[];
  /** Up to where the consumer has taken in everything, as `SubscriptionBatch.position` says after its work is done. */
  readonly appliedPosition: () => bigint | undefined;
  readonly signal: AbortSignal;
}

/**
 * Tells how old the consumer's picture of the log may be: at the moment of a look at the head it was complete,
 * if it has taken in everything up to what that look found.
 */
export interface FreshnessProbe {
  /** Milliseconds since the picture is known to have been complete; Infinity when that is not known. */
  ageMs(): number;
  /** Looks at the head now, and tells the age once it has answered. */
  refresh(): Promise<number>;
}

const probeIntervalMs = 300;
/**
 * In a busy log the consumer's own checkpoints soon pass the head that was seen; searching it for what is the
 * consumer's would read everything a second time. So that is done only when no checkpoint came for so long.
 */
const searchAfterMs = 400;
/** Nobody asked for so long: probing stops until somebody does. */
const probeWhileAskedMs = 5_000;

export function createFreshnessProbe({
  eventStore,
  streamPrefixes,
  appliedPosition,
  signal,
}: FreshnessOptions): FreshnessProbe {
  /** At `at` the log of these streams ended at `position`; undefined: it held nothing after what was applied. */
  let pending: { readonly at: number; readonly position: bigint }[] = [];
  let completeAt = -Infinity;
  let searchedUpTo: bigint | undefined;
  let askedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let look: Promise<void> | undefined;

  const settlePending = (): void => {
    const applied = appliedPosition();
    if (applied === undefined) return;
    for (const { at, position } of pending) if (position <= applied) completeAt = Math.max(completeAt, at);
    pending = pending.filter(({ position }) => position > applied);
  };

  const note = (at: number, position: bigint): void => {
    pending = [...pending.slice(-maxPendingLooks), { at, position }];
    settlePending();
  };

  const searchBack = async (at: number, since: bigint | undefined): Promise<void> => {
    const { head, newest, isConclusive } = await eventStore.newestSince(streamPrefixes, since);
    if (newest !== undefined) note(at, newest);
    else if (isConclusive) {
      completeAt = Math.max(completeAt, at);
      searchedUpTo = head;
    }
  };

  const lookAtHead = async (): Promise<void> => {
    const at = performance.now();
    const head = await eventStore.head();
    const applied = appliedPosition();
    const since =
      searchedUpTo !== undefined && (applied === undefined || searchedUpTo > applied)
        ? searchedUpTo
        : applied;
    if (head === undefined || (since !== undefined && head <= since)) {
      completeAt = Math.max(completeAt, at);
      return;
    }
    note(at, head);
    if (at - completeAt > searchAfterMs) await searchBack(at, since);
  };
  const lookOnce = (): Promise<void> => {
    look ??= lookAtHead()
      .catch(() => undefined) // the age goes on growing, which is the answer
      .finally(() => {
        look = undefined;
      });
    return look;
  };

  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const keepProbing = (): void => {
    askedAt = performance.now();
    if (timer !== undefined || signal.aborted) return;
    timer = setInterval(() => {
      if (performance.now() - askedAt > probeWhileAskedMs) stop();
      else void lookOnce();
    }, probeIntervalMs);
  };
  signal.addEventListener('abort', stop, { once: true });

  const ageMs = (): number => {
    keepProbing();
    settlePending();
    return performance.now() - completeAt;
  };
  return {
    ageMs,
    refresh: async () => {
      keepProbing();
      await lookOnce();
      return ageMs();
    },
  };
}

/** Looks whose events have not been applied yet; older ones are superseded. */
const maxPendingLooks = 32;
