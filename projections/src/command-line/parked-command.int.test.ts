import { freshDatabase, freshEventStore } from '@verbatim/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { openFixture, until } from '../testing/fixture.ts';
import { said, testMasterKey } from '../testing/log-writer.ts';
import { parkedCommand } from './parked-command.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('what is tried again once its cause is gone is applied, and waits again where it is not', async () => {
  const [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  const fixture = await openFixture(database.url, store.connectionString);
  const { organizationId, userIds } = await fixture.log.organization(['Ada']);
  const [ada = ''] = userIds;
  const roomId = await fixture.log.room(organizationId, userIds);
  fixture.start();
  await fixture.caughtUp();
  await fixture.rows(`ALTER TABLE chat.message ADD CONSTRAINT refused CHECK (text <> 'first')`);
  const say = (text: string) => fixture.log.append(organizationId, ada, [said(roomId, ada, text)]);
  const first = await say('first');
  await say('second');
  vi.stubEnv('DATABASE_URL', database.url);
  vi.stubEnv('EVENTSTORE_URL', store.connectionString);
  vi.stubEnv('VERBATIM_MASTER_KEY', testMasterKey.toString('base64'));
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const parked = () => fixture.rows('SELECT position, resumed_position FROM chat.parked');
  const isParkedAtFirst = async (): Promise<boolean> => {
    const [row] = await parked();
    return row?.position === String(first) && row.resumed_position === null;
  };
  const tryAgain = async (): Promise<void> => {
    expect(await parkedCommand(['retry', 'chat', `room:${roomId}`])).toBe(0);
    const head = await fixture.eventStore.head();
    await until('the decision was come upon', async () => {
      const [row] = await fixture.rows('SELECT position FROM chat.checkpoint');
      return BigInt(String(row?.position)) >= (head ?? 0n);
    });
  };
  await until('the room is parked', isParkedAtFirst);

  await tryAgain();
  await until('it is parked again', isParkedAtFirst);
  expect(await fixture.rows('SELECT text FROM chat.message')).toEqual([]);

  await fixture.rows('ALTER TABLE chat.message DROP CONSTRAINT refused');
  await tryAgain();
  await until('nothing is parked', async () => (await parked()).length === 0);
  expect(await fixture.rows('SELECT text FROM chat.message ORDER BY seq')).toEqual([
    { text: 'first' },
    { text: 'second' },
  ]);

  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});

it('the status of a read model without tables, or with older ones, is told among the others', async () => {
  const [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  const fixture = await openFixture(database.url, store.connectionString);
  const projections = fixture.start();
  await until('all are live', () =>
    Promise.resolve(projections.runners.every(({ phase }) => phase === 'live')),
  );
  await projections.stop();
  await fixture.rows('DROP SCHEMA search CASCADE');
  await fixture.rows('UPDATE directory.checkpoint SET version = 0');
  vi.stubEnv('DATABASE_URL', database.url);
  vi.stubEnv('EVENTSTORE_URL', store.connectionString);
  vi.stubEnv('VERBATIM_MASTER_KEY', testMasterKey.toString('base64'));
  const told: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => told.push(String(text)) > 0);

  expect(await parkedCommand(['status'])).toBe(1);
  expect(told.join('')).toMatch(/^chat: at \d+, .*\n(?:.*\n)*search: has no tables/);
  expect(told.join('')).toMatch(/directory: at \d+, .*\n {2}its tables are of version 0, not \d+: /);
  await expect(parkedCommand(['retry', 'search', 'room:1'])).rejects.toThrow('is not parked');

  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});
