import { z } from 'zod';
import type { Database } from '../postgres/pool.ts';

/** Where SQL with `$1` parameters is asked: a `pg` client or pool is one, `sqlSourceOf` makes one of our pools. */
export interface SqlSource {
  query(sql: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

const connectionSchema = z.object({
  query: z.custom<(sql: string, values?: unknown[]) => Promise<{ rows: unknown[] }>>(
    (query) => typeof query === 'function',
  ),
});

/** The pool without its query builder: each query takes a connection, with the pool's own bounds, and gives it back. */
export function sqlSourceOf(database: Database): SqlSource {
  const pool = z
    .object({
      acquireConnection: z.custom<() => Promise<unknown>>((acquire) => typeof acquire === 'function'),
      releaseConnection: z.custom<(connection: unknown) => Promise<void>>(
        (release) => typeof release === 'function',
      ),
    })
    .loose();
  pool.parse(database.client);
  const client = database.client as z.output<typeof pool>;
  return {
    query: async (sql, values = []) => {
      const connection = await client.acquireConnection();
      try {
        const { query } = connectionSchema.parse(connection);
        return await query.call(connection, sql, values);
      } finally {
        await client.releaseConnection(connection);
      }
    },
  };
}
