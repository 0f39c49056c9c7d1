import { persistentSubscriptionToStreamSettingsFromDefaults } from '@eventstore/db-client';
import { collect, newStream } from './events.ts';
import { consume } from './recorded-consumer.ts';
import type { TestStore } from './test-store.ts';

export const GROUP = 'group';

type Settings = Parameters<typeof persistentSubscriptionToStreamSettingsFromDefaults>[0];

/** Makes groups over new streams of a store, with what tests do to them. */
export function groupsOf(store: TestStore) {
  return async (given: Settings = {}) => {
    const stream = newStream();
    const settings = persistentSubscriptionToStreamSettingsFromDefaults(given);
    await store.client.createPersistentSubscriptionToStream(stream, GROUP, settings);
    return {
      stream,
      join: (handle?: Parameters<typeof consume>[1], bufferSize = 10) =>
        consume(
          store.client.subscribeToPersistentSubscriptionToStream(stream, GROUP, { bufferSize }),
          handle,
        ),
      info: () => store.client.getPersistentSubscriptionToStreamInfo(stream, GROUP),
      parked: () => collect(store.client.readStream(`$persistentsubscription-${stream}::${GROUP}-parked`)),
    };
  };
}
