import { once } from 'node:events';
import { isTransient } from '@verbatim/shared';
import { freshDatabase } from '@verbatim/testing';
import { expect, it } from 'vitest';
import { connect } from '../tables/connection.ts';
import { openProxy } from '../testing/proxy.ts';
import { beating } from './leadership.ts';

it('a session whose other end is silent and closes nothing is given up, with what it waits for', async () => {
  const database = await freshDatabase();
  const proxy = await openProxy(database.url);
  const client = await connect({ url: proxy.url, applicationName: 'test', isPipelined: true });
  const heartbeat = beating(client, { unansweredMs: 300 });
  await client.query('SELECT 1');
  proxy.silence();
  const waiting: unknown = await client.query('SELECT 2').catch((error: unknown) => error);
  expect(isTransient(waiting)).toBe(true);
  if (!heartbeat.lost.aborted) await once(heartbeat.lost, 'abort');
  heartbeat.stop();
  await client.end();
  await proxy.close();
  await database.drop();
});
