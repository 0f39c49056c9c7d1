import type { PushSubscriber } from './channel.ts';
import { createDirectSubscriber } from './direct-subscriber.ts';
import type { PushOptions } from './publisher.ts';

/** Connects once its `events` are subscribed to. */
export function createPushSubscriber({ url }: PushOptions): PushSubscriber {
  return createDirectSubscriber(url);
}
