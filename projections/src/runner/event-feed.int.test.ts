import { createLogger, ImplausiblePositionError } from '@verbatim/shared';
import { freshDatabase, freshEventStore } from '@verbatim/testing';
import { expect, it } from 'vitest';
import { EventDecoder } from '../group/event-decoder.ts';
import { openFixture } from '../testing/fixture.ts';
import { EventFeed } from './event-feed.ts';

it('a feed that cannot be followed tells those in it, and begins anew with the next to join', async () => {
  const [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  const fixture = await openFixture(database.url, store.connectionString);
  const stopping = new AbortController();
  const { signal } = stopping;
  const feed = new EventFeed({
    eventStore: fixture.eventStore,
    decoder: new EventDecoder(fixture.log.keyring, new Set()),
    logger: createLogger({ name: 'test', level: 'silent' }),
    signal,
  });
  const isUrgent = (): boolean => true;
  await fixture.log.organization(['Ada']);

  const beyondTheLog = fixture.log.position * 1_000_000n;
  const { queue } = feed.join(beyondTheLog, isUrgent);
  await expect(queue.take(10, signal)).rejects.toThrow(ImplausiblePositionError);
  expect(feed.state.fault).toBeInstanceOf(ImplausiblePositionError);
  feed.leave(queue);

  const again = feed.join(0n, isUrgent);
  const batch = await again.queue.take(1, signal);
  expect(batch?.items.map(({ stored }) => stored.type)).toEqual(['OrganizationCreated']);
  expect(feed.state.fault).toBeUndefined();

  feed.leave(again.queue);
  stopping.abort();
  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});
