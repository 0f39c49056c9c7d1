import type { PushSubscriber } from './channel.ts';
import { createDirectSubscriber } from './direct-subscriber.ts';
import { createNatsSubscriber } from './nats-subscriber.ts';
import { isNats } from './publisher.ts';

/** Connects once its `events` are subscribed to. */
export function createPushSubscriber(url: string): PushSubscriber {
  return isNats(url) ? createNatsSubscriber(url) : createDirectSubscriber(url);
}
