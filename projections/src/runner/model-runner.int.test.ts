import { freshDatabase, freshEventStore } from '@verbatim/testing';
import { newId } from '@verbatim/shared';
import { describe, expect, it } from 'vitest';
import { openFixture, until } from '../testing/fixture.ts';
import { said } from '../testing/log-writer.ts';

/** An idle subscription is told of its place every twenty seconds or so; being ready must not wait for that. */
const readyOnQuietLogWithinMs = 15_000;

async function withFixture(use: (fixture: Awaited<ReturnType<typeof openFixture>>) => Promise<void>) {
  const [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  const fixture = await openFixture(database.url, store.connectionString);
  try {
    await use(fixture);
  } finally {
    await fixture.close();
    await Promise.all([database.drop(), store.stop()]);
  }
}

describe('a runner', () => {
  it('is live on an empty log', () =>
    withFixture(async (fixture) => {
      const { runners } = fixture.start();

      const startedAt = performance.now();
      await until('all are live', async () =>
        Promise.resolve(runners.every(({ phase }) => phase === 'live')),
      );
      expect(performance.now() - startedAt).toBeLessThan(readyOnQuietLogWithinMs);
    }));

  it('is live after a restart on a log in which nothing happens any more', () =>
    withFixture(async (fixture) => {
      const { organizationId, userIds } = await fixture.log.organization(['Ada']);
      const [ada = ''] = userIds;
      const roomId = await fixture.log.room(organizationId, userIds);
      await fixture.log.append(organizationId, ada, [said(roomId, ada, 'hello', { messageId: newId() })]);
      const first = fixture.start();
      await fixture.caughtUp();
      await first.stop();

      const { runners } = fixture.start();

      const startedAt = performance.now();
      await until('all are live', async () =>
        Promise.resolve(runners.every(({ phase }) => phase === 'live')),
      );
      expect(performance.now() - startedAt).toBeLessThan(readyOnQuietLogWithinMs);
    }));
});
