import { createPool, type Database } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Person } from '../testing/person.ts';
import { startSystem, type System } from '../testing/system.ts';

let system: System;
let ada: Person;
let owner: Database;
let reader: Database;

beforeAll(async () => {
  system = await startSystem();
  ada = await Person.signUp(system, 'Ada');
  owner = createPool(system.databaseUrl, { applicationName: 'test owner' });
  // Not read-only by itself: what is refused is refused to the role.
  reader = createPool(system.readerUrl, { applicationName: 'test reader' });
});
afterAll(async () => {
  await Promise.all([owner.destroy(), reader.destroy()]);
  await system.stop();
});

async function rowsOf<Row extends z.ZodType>(source: Database, sql: string, row: Row) {
  return z.object({ rows: z.array(row) }).parse(await source.raw(sql)).rows;
}

describe('the role that asks', () => {
  it('is the one of every connection but those that make keys', async () => {
    const roomId = await ada.command('POST', '/chat/rooms', { kind: 'channel', name: 'asked' });
    for (const path of [
      `/chat/rooms/${roomId}/messages`,
      '/chat/search?q=hello',
      `/chat/organizations/${ada.organizationId}/users`,
      '/audit/checkpoint',
    ])
      expect([path, (await ada.ask(path)).status]).toEqual([path, 200]);
    const connections = await rowsOf(
      owner,
      `SELECT DISTINCT application_name AS name, usename AS role FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'verbatim query-api %'`,
      z.object({ name: z.string(), role: z.string() }),
    );
    const asking = connections.filter(({ name }) => name !== 'verbatim query-api vault');
    expect(asking.length).toBeGreaterThanOrEqual(4);
    expect(asking.filter(({ role }) => role !== 'verbatim_reader')).toEqual([]);
  });

  it('reads every table, and writes none', async () => {
    const tables = await rowsOf(
      owner,
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      z.object({ name: z.string() }),
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const { name } of tables) {
      await reader.raw(`SELECT FROM ${name} LIMIT 1`);
      for (const statement of [
        `INSERT INTO ${name} DEFAULT VALUES`,
        `DELETE FROM ${name}`,
        `TRUNCATE ${name}`,
        `DROP TABLE ${name}`,
      ])
        await expect(reader.raw(statement), statement).rejects.toMatchObject({ code: '42501' });
    }
  });
});
