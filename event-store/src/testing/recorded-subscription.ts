import type { AllStreamSubscription, ResolvedEvent, StreamSubscription } from '@eventstore/db-client';
import { eventually } from './eventually.ts';

/** What a subscription has brought so far. */
export interface RecordedSubscription {
  readonly events: ResolvedEvent[];
  /** How many events had come each time that `caught up` came. */
  readonly caughtUpAfter: number[];
  readonly errors: Error[];
  readonly hasEnded: () => boolean;
  /** Waits for that many events and returns all. */
  expectEvents(count: number): Promise<ResolvedEvent[]>;
  expectCaughtUp(): Promise<void>;
  expectError(): Promise<Error>;
  unsubscribe(): Promise<void>;
}

export function record(subscription: StreamSubscription | AllStreamSubscription): RecordedSubscription {
  const events: ResolvedEvent[] = [];
  const caughtUpAfter: number[] = [];
  const errors: Error[] = [];
  let hasEnded = false;
  subscription.on('data', (event: ResolvedEvent) => events.push(event));
  subscription.on('caughtUp', () => caughtUpAfter.push(events.length));
  subscription.on('error', (error: Error) => errors.push(error));
  subscription.on('end', () => (hasEnded = true));
  return {
    events,
    caughtUpAfter,
    errors,
    hasEnded: () => hasEnded,
    expectEvents: async (count) => {
      await eventually(`${count} events have come`, () => events.length >= count || errors.length > 0);
      return events;
    },
    expectCaughtUp: () => eventually('the subscription has caught up', () => caughtUpAfter.length > 0),
    expectError: async () => {
      await eventually('the subscription has failed', () => errors.length > 0);
      const [error] = errors;
      if (!error) throw new Error('no error');
      return error;
    },
    unsubscribe: () => subscription.unsubscribe(),
  };
}
