import type { Database } from '@verbatim/shared';

/**
 * Ends the sessions that wait for a table. Postgres finishes the statement of a client that was killed once its lock is
 * free; where the whole machine dies it does not, and that is the harder case.
 */
export async function cutWaitingFor(database: Database, table: string): Promise<void> {
  await database.raw(
    'SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = ?::regclass AND NOT granted',
    [table],
  );
}
