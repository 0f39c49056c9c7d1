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

describe('an organization that came after the last ANALYZE', () => {
  const othersRows = 20_000;
  let bob: Person;
  /** All that it has, to look for what could have been looked up. */
  const walk = /on (?:message|document|mention)\w*[^\n]*\n\s+Index Cond: \(organization_id/;

  beforeAll(async () => {
    for (const table of ['chat.message', 'chat.mention', 'search.document'])
      await client.query(
        `INSERT INTO ${table}
         SELECT (jsonb_populate_record(one, jsonb_build_object('message_id', gen_random_uuid(), 'seq', -number))).*
         FROM ${table} AS one, generate_series(1, ${othersRows}) AS number`,
      );
    await client.query('ANALYZE');
    bob = await Person.signUp(system, 'Bob');
    const roomId = await bob.command('POST', '/chat/rooms', { kind: 'channel', name: 'new' });
    await bob.say(roomId, 'hello @Bob');
    await bob.ask('/chat/search?q=hello');
  });

  it('has the calls of each room counted by the room', async () => {
    expect((await plansOf('ListRooms', { discover: 'false' })).join()).toMatch(/mention_unread/);
  });

  it.each(['SearchMessages', 'ListMentions'])('has its messages looked up by %s', async (name) => {
    const query = name === 'SearchMessages' ? { q: 'hello' } : {};
    expect((await plansOf(name, query)).filter((plan) => walk.test(plan))).toEqual([]);
  });

  async function plansOf(name: string, query: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const { prepare } = queryRoutes.find((route) => route.name === name) ?? expect.fail('no such route');
    const { organizationId, userId } = bob;
    const caller = { organizationId, userId, sessionId: newId(), role: 'owner' } as const;
    plans = [];
    await prepare({ parameters: {}, query })(caller, sources);
    return plans;
  }
});
