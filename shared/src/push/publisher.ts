import type { Logger } from '../logging/logger.ts';
import type { PushPublisher } from './channel.ts';
import { createDirectPublisher } from './direct-publisher.ts';
import { createNatsPublisher } from './nats-publisher.ts';

export interface PushOptions {
  /** `tcp://:SECRET@HOST:PORT` for the direct channel, `nats://…` or `tls://…` for NATS. */
  readonly url: string;
  readonly logger: Logger;
}

/** Starts in the background: it never keeps a projector from projecting. */
export function createPushPublisher({ url, logger }: PushOptions): PushPublisher {
  return isNats(url) ? createNatsPublisher(url, logger) : createDirectPublisher(url, logger);
}

export const isNats = (url: string): boolean => /^(?:nats|tls):/.test(url);
