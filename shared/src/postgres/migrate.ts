import { createHash } from 'node:crypto';
import { z } from 'zod';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './pool.ts';

const appliedSchema = z.object({ rows: z.array(z.object({ number: z.number(), sha256: z.string() })) });

/**
 * Brings a schema up to date: runs, in order and in one transaction, those statements that it has not had yet. Several
 * processes may do so at once. Statements are only ever added at the end of the list.
 * @throws Error when a statement that was applied reads otherwise now.
 */
export async function migrate(
  database: Database,
  schema: string,
  statements: readonly string[],
): Promise<void> {
  await inTransaction(database, async (transaction) => {
    await transaction.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`migrate ${schema}`]);
    await transaction.raw('CREATE SCHEMA IF NOT EXISTS ??', [schema]);
    await transaction.raw(
      `CREATE TABLE IF NOT EXISTS ??.migrations
         (number integer PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
      [schema],
    );
    const applied = appliedSchema.parse(
      await transaction.raw('SELECT number, sha256 FROM ??.migrations', [schema]),
    );
    const appliedHashes = new Map(applied.rows.map(({ number, sha256 }) => [number, sha256]));
    await transaction.raw('SELECT set_config(?, ?, true)', ['search_path', `${quoted(schema)}, public`]);
    for (const [number, statement] of statements.entries()) {
      const sha256 = createHash('sha256').update(statement).digest('hex');
      const known = appliedHashes.get(number);
      if (known === sha256) continue;
      if (known !== undefined)
        throw new Error(`migration ${number} of ${schema} was applied and must not be changed`);
      await transaction.raw(statement.replaceAll('?', '\\?'));
      await transaction.raw('INSERT INTO ??.migrations (number, sha256) VALUES (?, ?)', [
        schema,
        number,
        sha256,
      ]);
    }
  });
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
