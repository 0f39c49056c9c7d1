import { freshDatabase, freshEventStore } from '@verbatim/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { openFixture, until } from '../testing/fixture.ts';
import { testMasterKey } from '../testing/log-writer.ts';
import { parkedCommand } from './parked-command.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('the status of a read model without tables is told among the others', async () => {
  const [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  const fixture = await openFixture(database.url, store.connectionString);
  const projections = fixture.start();
  await until('all are live', () =>
    Promise.resolve(projections.runners.every(({ phase }) => phase === 'live')),
  );
  await projections.stop();
  await fixture.rows('DROP SCHEMA search CASCADE');
  vi.stubEnv('DATABASE_URL', database.url);
  vi.stubEnv('EVENTSTORE_URL', store.connectionString);
  vi.stubEnv('VERBATIM_MASTER_KEY', testMasterKey.toString('base64'));
  const told: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => told.push(String(text)) > 0);

  expect(await parkedCommand(['status'])).toBe(1);
  expect(told.join('')).toMatch(/^chat: at \d+, .*\n(?:.*\n)*search: has no tables/);
  await expect(parkedCommand(['retry', 'search', 'room:1'])).rejects.toThrow('is not parked');

  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});
