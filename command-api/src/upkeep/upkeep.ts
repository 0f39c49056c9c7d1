import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@verbatim/shared';

/** Work that nobody waits for: finishing what a crash left, and clearing away what has expired. */
export interface Chore {
  readonly name: string;
  readonly everyMs: number;
  /** Does a bounded piece of it; may be run by several processes at once. */
  readonly run: () => Promise<void>;
}

/** Runs each chore at once and then again and again; a failure is logged and the next turn tries anew. */
export function startUpkeep(chores: readonly Chore[], logger: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = chores.map((chore) => repeat(chore, logger, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

async function repeat({ name, everyMs, run }: Chore, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await run();
    } catch (error) {
      logger.warn({ err: error, chore: name }, 'upkeep failed; it is tried again');
    }
    // Processes that were started together do not stay in step.
    await delay(everyMs * (0.75 + Math.random() / 2), undefined, { signal, ref: false }).catch(
      () => undefined, // aborted: the loop ends
    );
  }
}
