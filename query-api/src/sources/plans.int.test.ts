import { newId, type SqlSource } from '@verbatim/shared';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryRoutes } from '../query-routes.ts';
import { Person } from '../testing/person.ts';
import { startSystem, type System } from '../testing/system.ts';
import type { ReadSources } from './read-sources.ts';

let system: System;
let client: pg.Client;
let ada: Person;
let place: Readonly<Record<string, string>>;
/** What Postgres would do for each statement of a question, if it could choose anything but reading a whole table. */
let plans: string[];
let sources: ReadSources;

beforeAll(async () => {
  system = await startSystem();
  ada = await Person.signUp(system, 'Ada');
  const roomId = await ada.command('POST', '/chat/rooms', { kind: 'channel', name: 'plans' });
  const messageId = await ada.say(roomId, 'hello @Ada');
  await ada.ask('/chat/rooms');
  place = { roomId, messageId, organizationId: ada.organizationId };
  client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  await client.query('SET enable_seqscan = off');
  const source: SqlSource = {
    query: async (sql, values) => {
      const { rows } = await client.query<Record<string, string>>(`EXPLAIN ${sql}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return client.query<Record<string, unknown>>(sql, values);
    },
  };
  const stop = () => Promise.resolve();
  sources = { gate: source, chat: source, directory: source, search: source, record: source, stop };
});
afterAll(async () => {
  await client.end();
  await system.stop();
});

/** The ways in which a route asks different statements; others are asked once, without a query. */
const asked: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  ListRooms: [{}, { discover: 'true' }],
  ListMessages: [{}, { before: '9' }, { after: '0' }, { around: '3' }],
  SearchMessages: [{ q: 'hello' }, { q: 'in:plans before:2100-01-01 "hello" -bye' }],
};
const questions = queryRoutes.flatMap(({ name, path, prepare, parameters }) =>
  (asked[name] ?? [{}]).map((query) => ({
    path,
    query,
    prepare,
    names: Object.keys(parameters?.shape ?? {}),
  })),
);

describe('every statement', () => {
  it.each(questions)('of GET $path $query goes by an index', async ({ prepare, names, query }) => {
    const { organizationId, userId } = ada;
    const caller = { organizationId, userId, sessionId: newId(), role: 'owner' } as const;
    const parameters = Object.fromEntries(names.map((name) => [name, place[name]]));
    plans = [];
    await prepare({ parameters, query })(caller, sources);
    expect(plans).not.toHaveLength(0);
    for (const plan of plans) expect(plan).not.toContain('Seq Scan');
  });
});
