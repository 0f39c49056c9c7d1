import { inTransaction, type Database, type Transaction } from '@verbatim/shared';
import { z } from 'zod';

/** What of Postgres cannot be made again from the log. */
const keptSchemas = ['accounts', 'vault'];
/**
 * Made by every installation itself, or better forgotten: who is logged in. A session that was ended after the backup
 * must not come back to life.
 */
const leftOut = new Set([
  'accounts.migrations',
  'vault.migrations',
  'accounts.session',
  'accounts.refresh_token',
]);

export interface KeptTable {
  readonly schema: string;
  readonly table: string;
}

const batchRows = 2_000;
const tableRows = z.object({ rows: z.array(z.object({ schema: z.string(), table: z.string() })) });
const lineRows = z.object({ rows: z.array(z.object({ line: z.string() })) });

/** Shows the tables as they are at one moment, one after the other. */
export async function readKeptTables(
  database: Database,
  onTable: (table: KeptTable, batches: AsyncIterable<readonly string[]>) => Promise<void>,
): Promise<void> {
  await inTransaction(database, async (transaction) => {
    await transaction.raw('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    for (const table of await tablesIn(transaction)) await onTable(table, rowsOf(transaction, table));
  });
}

async function tablesIn(transaction: Transaction): Promise<KeptTable[]> {
  const { rows } = tableRows.parse(
    await transaction.raw(
      `SELECT schemaname AS schema, tablename AS "table" FROM pg_tables
       WHERE schemaname = ANY(?) ORDER BY schemaname, tablename`,
      [keptSchemas],
    ),
  );
  return rows.filter(({ schema, table }) => !leftOut.has(`${schema}.${table}`));
}

async function* rowsOf(transaction: Transaction, { schema, table }: KeptTable): AsyncGenerator<string[]> {
  await transaction.raw(
    'DECLARE kept NO SCROLL CURSOR FOR SELECT row_to_json(kept_row)::text AS line FROM ??.?? AS kept_row',
    [schema, table],
  );
  for (;;) {
    const { rows } = lineRows.parse(await transaction.raw(`FETCH ${batchRows} FROM kept`));
    if (rows.length === 0) break;
    yield rows.map(({ line }) => line);
  }
  await transaction.raw('CLOSE kept');
}

/** @throws Error when anything stands in a table already: what is there is never mixed with a backup. */
export async function refuseKeptRows(transaction: Transaction): Promise<void> {
  for (const { schema, table } of await tablesIn(transaction)) {
    const { rows } = await transaction.raw<{ rows: unknown[] }>('SELECT 1 FROM ??.?? LIMIT 1', [
      schema,
      table,
    ]);
    if (rows.length > 0) throw new Error(`${schema}.${table} has rows already`);
  }
}

/** Puts rows, as `readKeptTables` gave them, into a table. @returns how many */
export async function insertRows(
  transaction: Transaction,
  { schema, table }: KeptTable,
  lines: AsyncIterable<string>,
): Promise<number> {
  let batch: string[] = [];
  let inserted = 0;
  const insert = async (): Promise<void> => {
    const [first] = batch;
    if (first === undefined) return;
    const columns = Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(first)));
    const names = columns.map(() => '??').join(', ');
    await transaction.raw(
      `INSERT INTO ??.?? (${names}) SELECT ${names} FROM json_populate_recordset(NULL::??.??, ?::json)`,
      [schema, table, ...columns, ...columns, schema, table, `[${batch.join(',')}]`],
    );
    inserted += batch.length;
    batch = [];
  };
  for await (const line of lines) {
    batch.push(line);
    if (batch.length >= batchRows) await insert();
  }
  await insert();
  return inserted;
}
