import { persistentSubscriptionToStreamSettingsFromDefaults } from '@eventstore/db-client';
import { expect, it } from 'vitest';
import { newStream } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { GROUP } from '../testing/persistent-groups.ts';
import { consume } from '../testing/recorded-consumer.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore();

it('a store without groups lists none', async () => {
  expect(await store.client.listAllPersistentSubscriptions()).toEqual([]);
});

it('without sign-in whoever joins a group is called anonymous', async () => {
  const stream = newStream();
  const settings = persistentSubscriptionToStreamSettingsFromDefaults();
  await store.client.createPersistentSubscriptionToStream(stream, GROUP, settings);
  consume(store.client.subscribeToPersistentSubscriptionToStream(stream, GROUP));
  const connections = async () =>
    (await store.client.getPersistentSubscriptionToStreamInfo(stream, GROUP)).connections;
  await eventually('one has joined', async () => (await connections()).length === 1);
  expect((await connections())[0]?.username).toBe('anonymous');
});
