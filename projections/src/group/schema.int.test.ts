import { newId } from '@verbatim/shared';
import { freshDatabase, type FreshDatabase } from '@verbatim/testing';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { search } from '../search/search.ts';
import { connect } from '../tables/connection.ts';
import { createSchema } from './schema.ts';
import { transaction } from './transaction.ts';

let database: FreshDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await freshDatabase();
  client = await connect({ url: database.url, applicationName: 'test' });
  await transaction(client, 'public', () => createSchema(client, search, search.name));
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

it('has an organization that came after the last ANALYZE taken for more than one row', async () => {
  const known = newId();
  await client.query(
    `INSERT INTO search.word (organization_id, word, term, documents)
     SELECT $1, 'word' || number, number, 1 FROM generate_series(1, 10000) AS number`,
    [known],
  );
  await client.query('ANALYZE search.word');
  const { rows } = await client.query<{ 'QUERY PLAN': readonly { Plan: { 'Plan Rows': number } }[] }>(
    `EXPLAIN (FORMAT JSON) SELECT FROM search.word WHERE organization_id = '${newId()}'`,
  );
  expect(rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows']).toBeGreaterThan(1);
});
