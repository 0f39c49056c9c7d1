import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { freshDatabase } from './index.ts';

async function tablesOf(url: string, statement = 'select 1'): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
    const tables = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public'`,
    );
    return tables.rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

describe('a fresh database', () => {
  it('is empty, whatever another holds', async () => {
    const one = await freshDatabase();
    const other = await freshDatabase();

    expect(await tablesOf(one.url, 'create table mine (id int)')).toEqual(['mine']);
    expect(await tablesOf(other.url)).toEqual([]);
    await Promise.all([one.drop(), other.drop()]);
  });

  it('can be dropped while somebody is connected, and is gone then', async () => {
    const database = await freshDatabase();
    const client = new pg.Client({ connectionString: database.url });
    const ended = new Promise((resolve) => client.on('error', resolve));
    await client.connect();

    await database.drop();

    await ended;
    await expect(tablesOf(database.url)).rejects.toMatchObject({ code: '3D000' });
  });
});
