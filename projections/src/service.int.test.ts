import { createLogger, newId } from '@verbatim/shared';
import { freshDatabase, freshEventStore } from '@verbatim/testing';
import { expect, it } from 'vitest';
import { startProjectionsService } from './service.ts';
import { openFixture, until } from './testing/fixture.ts';
import { said, testMasterKey } from './testing/log-writer.ts';
import { openProxy } from './testing/proxy.ts';

it('tells how far each read model is behind while none gets on, and what is parked', async () => {
  const [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  const fixture = await openFixture(database.url, store.connectionString);
  const proxy = await openProxy(database.url);
  const service = await startProjectionsService({
    eventStoreUrl: store.connectionString,
    databaseUrl: proxy.url,
    masterKey: testMasterKey,
    host: '127.0.0.1',
    port: 0,
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
  const valueOf = async (metric: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
    return Number(new RegExp(`^${metric}\\{read_model="chat"[^}]*\\} (.*)$`, 'm').exec(text)?.[1]);
  };
  const { organizationId, userIds } = await fixture.log.organization(['Ada']);
  const [ada = ''] = userIds;
  const roomId = await fixture.log.room(organizationId, userIds);
  await fixture.eventStore.append(
    `message-${newId()}`,
    [{ id: newId(), type: 'MessageSent', data: {}, metadata: { organizationId, roomId } }],
    { expectedRevision: 'any' },
  );
  await until('a room is parked', async () => (await valueOf('projection_parked')) === 1);
  await until('all else is there', async () => (await valueOf('projection_behind_positions')) === 0);
  expect(await valueOf('projection_oldest_uncommitted_seconds')).toBe(0);

  proxy.cut();
  await fixture.log.append(organizationId, ada, [said(roomId, ada, 'nobody hears')]);
  await until('it is behind', async () => (await valueOf('projection_behind_positions')) > 0);
  expect(await valueOf('projection_oldest_uncommitted_seconds')).toBeGreaterThan(0);

  await service.stop();
  await proxy.close();
  await fixture.close();
  await Promise.all([database.drop(), store.stop()]);
});
