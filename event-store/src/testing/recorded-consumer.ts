import type {
  PersistentAction,
  PersistentSubscriptionToAll,
  PersistentSubscriptionToStream,
  ResolvedEvent,
} from '@eventstore/db-client';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';

type Subscription = PersistentSubscriptionToStream | PersistentSubscriptionToAll;

/** One message as a consumer got it. */
export interface Delivery {
  readonly event: ResolvedEvent['event'];
  readonly link?: ResolvedEvent['link'];
  readonly retryCount: number;
}

/** A client of a group that keeps what it gets, and does with each message what it is told to. */
export function consume(
  subscription: Subscription,
  handle: (delivery: Delivery, subscription: Subscription) => void | Promise<void> = (delivery) =>
    subscription.ack(delivery as ResolvedEvent),
) {
  const deliveries: Delivery[] = [];
  const errors: Error[] = [];
  (subscription as Readable).on('data', (delivery: Delivery) => {
    deliveries.push(delivery);
    void handle(delivery, subscription);
  });
  subscription.on('error', (error: Error) => errors.push(error));
  onTestFinished(() => subscription.unsubscribe());
  return {
    deliveries,
    errors,
    ids: () => deliveries.map(({ event, link }) => link?.id ?? event?.id),
    expectDeliveries: async (count: number) => {
      await eventually(`${count} messages have come`, () => deliveries.length >= count || errors.length > 0);
      return deliveries;
    },
    expectError: async () => {
      await eventually('the subscription has failed', () => errors.length > 0);
      return errors[0];
    },
    unsubscribe: () => subscription.unsubscribe(),
  };
}

/** Leaves messages unanswered. */
export const nothing = (): void => undefined;

/** Refuses every message in the same way. */
export function nack(action: PersistentAction) {
  return (
    delivery: unknown,
    subscription: { nack: (...args: [PersistentAction, string, ResolvedEvent]) => Promise<void> },
  ) => subscription.nack(action, 'because', delivery as ResolvedEvent);
}
