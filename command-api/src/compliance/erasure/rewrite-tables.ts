import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@verbatim/shared';
import { z } from 'zod';

/** What is never thrown away, and what is made from it in the clear. The record itself holds ciphertext only. */
const schemas = ['vault', 'accounts', 'chat', 'directory', 'search'];
/** What a rebuild left of a read model, or has not finished: `chat_previous`, `chat_building`. */
const besideThem = '^(chat|directory|search)_[a-z]+$';
const snapshotsWithinMs = 30_000;
const pollMs = 50;

const namesSchema = z.object({ rows: z.array(z.object({ schema: z.string(), name: z.string() })) });
const countSchema = z.object({ rows: z.array(z.object({ count: z.bigint() })) });

/**
 * Postgres leaves what was deleted or changed where it lay until something else comes to lie there. Here every table
 * that may have held it is written anew, and so are the statistics, which keep samples of columns.
 * @param connection one that holds one connection, without a short bound on statements
 */
export async function rewriteTables(connection: Database): Promise<void> {
  await connection.raw(`SET lock_timeout = '5s'`);
  const { rows: left } = namesSchema.parse(
    await connection.raw(`SELECT nspname AS schema, '' AS name FROM pg_namespace WHERE nspname ~ ?`, [
      besideThem,
    ]),
  );
  for (const { schema } of left) await connection.raw('DROP SCHEMA IF EXISTS ?? CASCADE', [schema]);
  await oldSnapshotsEnd(connection);
  const { rows: tables } = namesSchema.parse(
    await connection.raw(
      `SELECT DISTINCT table_schema AS schema, table_name AS name
       FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
       WHERE table_schema = ANY(?) AND table_type = 'BASE TABLE'
         AND data_type IN ('text', 'jsonb', 'bytea', 'ARRAY')
       ORDER BY 1, 2`,
      [schemas],
    ),
  );
  for (const { schema, name } of tables)
    await connection.raw('VACUUM (FULL, ANALYZE) ??', [`${schema}.${name}`]);
  await connection.raw('VACUUM (FULL) pg_catalog.pg_statistic');
}

/**
 * Whoever began to read before everything was blanked may still see what was: rewriting would keep it for them. That
 * goes for Postgres itself too, which reads samples of tables for its statistics.
 */
async function oldSnapshotsEnd(connection: Database): Promise<void> {
  const { rows } = z
    .object({ rows: z.array(z.object({ now: z.string() })) })
    .parse(await connection.raw('SELECT pg_current_xact_id()::xid::text AS now'));
  const giveUpAt = performance.now() + snapshotsWithinMs;
  for (;;) {
    const { rows: older } = countSchema.parse(
      await connection.raw(
        `SELECT count(*) FROM pg_stat_activity
         WHERE pid <> pg_backend_pid() AND datname = current_database()
           AND backend_type IN ('client backend', 'autovacuum worker')
           AND backend_xmin IS NOT NULL AND age(backend_xmin) > age(?::text::xid)`,
        [rows[0]?.now ?? '0'],
      ),
    );
    if (older[0]?.count === 0n) return;
    if (performance.now() > giveUpAt)
      throw new Error('a transaction from before the erasure goes on; its tables cannot be rewritten yet');
    await delay(pollMs);
  }
}
