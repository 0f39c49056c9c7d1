import { setTimeout as delay } from 'node:timers/promises';
import type { Logger, ReadinessCheck } from '@verbatim/shared';
import { dueTrees, publishTree, type PublishingOptions } from './publish-tree.ts';

export interface PublisherOptions extends PublishingOptions {
  readonly logger: Logger;
}

export interface Publisher {
  /** Not ready while a tree contradicts what was signed before. */
  readonly readiness: ReadinessCheck;
  stop(): Promise<void>;
}

/** A checkpoint is published at least every minute of activity; this leaves room for a slow round. */
export const publishEveryMs = 20_000;

/** Looks now and then which organizations have events that no checkpoint covers, and publishes one for each. */
export function startPublisher(options: PublisherOptions): Publisher {
  const { logger } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const contradicted = new Map<string, string>();

  const publish = async (organizationId: string): Promise<void> => {
    const outcome = await publishTree(options, organizationId);
    if (outcome.status !== 'contradicted') {
      contradicted.delete(organizationId);
      return;
    }
    contradicted.set(organizationId, outcome.how);
    logger.error({ organizationId, how: outcome.how }, 'the record contradicts a signed checkpoint');
  };
  const round = async (): Promise<void> => {
    for (const organizationId of await dueTrees(options.source)) {
      if (signal.aborted) return;
      // One whose record is damaged must not keep the others without checkpoints.
      await publish(organizationId).catch((error: unknown) =>
        logger.warn({ err: error, organizationId }, 'publishing a checkpoint must wait'),
      );
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      // What is away now is tried again with the next round; events wait in the log meanwhile.
      await round().catch((error: unknown) =>
        logger.warn({ err: error }, 'publishing checkpoints must wait'),
      );
      await delay(publishEveryMs, undefined, { signal }).catch(() => undefined); // the loop ends
    }
  };
  const running = run();
  return {
    readiness: {
      name: 'checkpoints',
      check: () => ({
        isReady: contradicted.size === 0,
        ...(contradicted.size > 0 && { details: { contradicted: Object.fromEntries(contradicted) } }),
      }),
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
