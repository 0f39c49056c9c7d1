import type { NewestSearch } from './head.ts';

export interface StallWatch {
  /** Finds the newest event of ours after a position. */
  readonly newestSince: (position: bigint | undefined) => Promise<NewestSearch>;
  readonly intervalMs: number;
  readonly progress: () => {
    readonly received: bigint | undefined;
    readonly heardAt: Date | undefined;
    /** The consumer has something to do: silence is ours, not the server's. */
    readonly isHeldUp: boolean;
  };
  readonly onStall: (reason: Error) => void;
}

/**
 * A subscription can fall silent without an error. So one that was idle for an interval is compared with the log:
 * when an event of ours is there, and still nothing has come an interval later, it is stalled.
 * @returns how to stop watching.
 */
export function watchForStall({ newestSince, intervalMs, progress, onStall }: StallWatch): () => void {
  let heardAt = progress().heardAt;
  let isSuspected = false;
  let isChecking = false;
  /** Up to here there is known to be nothing of ours, so that the next check need not look again. */
  let searchedUpTo: bigint | undefined;

  const check = async (): Promise<void> => {
    const before = progress();
    if (before.isHeldUp || before.heardAt !== heardAt) {
      heardAt = before.heardAt;
      isSuspected = false;
      return;
    }
    if (isSuspected) {
      onStall(new Error('the subscription is silent though the log has newer events'));
      return;
    }
    const since = later(before.received, searchedUpTo);
    const { head, newest, isConclusive } = await newestSince(since);
    if (newest !== undefined) isSuspected = progress().received === before.received;
    else if (isConclusive) searchedUpTo = later(head, since);
  };

  const timer = setInterval(() => {
    if (isChecking) return;
    isChecking = true;
    check()
      .catch(() => undefined) // a store that cannot be asked ends the subscription by itself, by keep-alive
      .finally(() => {
        isChecking = false;
      });
  }, intervalMs);
  return () => clearInterval(timer);
}

function later(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}
