import { freshDatabase, type FreshDatabase } from '@verbatim/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quoted } from '../group/schema.ts';
import { readModels } from '../projections.ts';
import { historyArbitrary, itemsOf } from '../testing/history.ts';
import { ModelFixture } from '../testing/model-fixture.ts';
import { compareSchemas } from './compare.ts';

let database: FreshDatabase;
let fixture: ModelFixture;

beforeAll(async () => {
  database = await freshDatabase();
  fixture = await ModelFixture.open(database.url);
});
afterAll(async () => {
  await fixture.close();
  await database.drop();
});

/** Something else of each type, as little else as can be. */
const otherwise: Readonly<Record<string, (column: string) => string>> = {
  text: (column) => `coalesce(${column}, '') || ' '`,
  int4: (column) => `coalesce(${column}, 0) + 1`,
  int8: (column) => `coalesce(${column}, 0) + 1`,
  bool: (column) => `NOT ${column}`,
  uuid: (column) => `md5(coalesce(${column}::text, ''))::uuid`,
  timestamptz: (column) => `coalesce(${column}, now()) + interval '1 millisecond'`,
  bytea: (column) => `set_byte(${column}, 0, get_byte(${column}, 0) # 1)`,
  jsonb: (column) => `coalesce(${column}, '{}') || '{"version": 2.0}'`,
  _uuid: (column) => `${column} || md5('')::uuid`,
  _int8: (column) => `${column} || 1::bigint`,
};

describe.each(readModels)('the comparison of $name', (model) => {
  it('finds each column of each table that is another in a single row', async () => {
    const items = itemsOf(fc.sample(historyArbitrary, { numRuns: 12, seed: 1 }).flat());
    const made = [await fixture.project(model, [items]), await fixture.project(model, [items])];
    const [live, built] = made.map((schema) => ({ connection: fixture.client, schema }));
    if (live === undefined || built === undefined) throw new Error('unreachable');
    for (const schema of made)
      await fixture.client.query(
        `INSERT INTO ${quoted(schema)}.parked VALUES ('room:1', NULL, 1, NULL, 'id', 'type', 'stream', 1, 'cause')`,
      );
    expect(await compareSchemas(live, built)).toEqual([]);

    const columns = await fixture.rows<{ table: string; column: string; type: string }>(
      live.schema,
      `SELECT table_name AS table, column_name AS column, udt_name AS type FROM information_schema.columns
       WHERE table_schema = '${live.schema}' AND table_name <> 'checkpoint'`,
    );
    for (const { table, column, type } of columns) {
      const name = `${quoted(live.schema)}.${quoted(table)}`;
      const changed = otherwise[type]?.(quoted(column));
      await fixture.client.query('BEGIN');
      await fixture.client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
      for (const { check } of await fixture.rows<{ check: string }>(
        live.schema,
        `SELECT conname AS check FROM pg_constraint WHERE conrelid = '${name}'::regclass AND contype = 'c'`,
      ))
        await fixture.client.query(`ALTER TABLE ${name} DROP CONSTRAINT ${quoted(check)}`);
      const { rowCount } = await fixture.client.query(
        `UPDATE ${name} SET ${quoted(column)} = ${changed} WHERE ctid = (SELECT max(ctid) FROM ${name})`,
      );
      const found = await compareSchemas(live, built);
      await fixture.client.query('ROLLBACK');
      expect(rowCount, `${table} has rows`).toBe(1);
      expect(new Set(found.map((difference) => difference.table)), column).toEqual(new Set([table]));
    }
    await fixture.drop(...made);
  });
});

describe('the comparison of a table', () => {
  const schemasWith = async (columns: string, rows: readonly string[]) => {
    const sides = rows.map((row, index) => ({ connection: fixture.client, schema: `side_${index}`, row }));
    for (const { schema, row } of sides) {
      await fixture.client.query(`CREATE SCHEMA ${schema}`);
      await fixture.client.query(`CREATE TABLE ${schema}.thing (${columns})`);
      await fixture.client.query(`INSERT INTO ${schema}.thing VALUES ${row}`);
    }
    const [live, built] = sides;
    if (live === undefined || built === undefined) throw new Error('there must be two');
    const found = await compareSchemas(live, built);
    await fixture.drop(live.schema, built.schema);
    return found;
  };

  it('finds a number that is written otherwise in a document', async () => {
    const rows = [`(1, '{"version": 2}')`, `(1, '{"version": 2.0}')`];
    expect(await schemasWith('id integer PRIMARY KEY, fields jsonb', rows)).toEqual([
      { table: 'thing', key: '[1]', kind: 'differs', columns: ['fields'] },
    ]);
  });

  it('tells of rows that no key tells apart', async () => {
    expect(await schemasWith('word text', [`('one'), ('two')`, `('other'), ('two')`])).toEqual([
      { table: 'thing', key: '[]', kind: 'differs', columns: [] },
    ]);
  });
});
