import type { Database } from '@verbatim/shared';
import { z } from 'zod';

/** A server that once kept old segments for reuse may have so many of them. */
const maxRounds = 256;

const momentRows = z.object({
  rows: z.array(z.object({ segment: z.string(), now: z.date(), recycles: z.string() })),
});
const countRows = z.object({ rows: z.array(z.object({ count: z.bigint() })) });

/**
 * The write-ahead log has every row that was ever written, until its segments are removed. Here all of them up to now
 * go, and those that Postgres keeps for reuse with their old bytes in them.
 * @throws Error when the server keeps them in spite of that: for reuse, for a replica or for an archive.
 */
export async function recycleWal(connection: Database): Promise<void> {
  const { rows } = momentRows.parse(
    await connection.raw(
      `SELECT pg_walfile_name(pg_current_wal_insert_lsn()) AS segment, clock_timestamp() AS now,
         current_setting('wal_recycle') AS recycles`,
    ),
  );
  const [moment] = rows;
  if (moment === undefined || moment.recycles !== 'off')
    throw new Error(
      'an erasure needs wal_recycle = off: Postgres keeps old segments with what was erased in them',
    );
  for (let round = 0; round < maxRounds; round += 1) {
    // A segment is left for the next only when something was written to it.
    await connection.raw(`SELECT pg_logical_emit_message(true, 'verbatim'::text, 'erasure'::text)`);
    await connection.raw('SELECT pg_switch_wal()');
    await connection.raw('CHECKPOINT');
    const { rows: stale } = countRows.parse(
      await connection.raw(
        `SELECT count(*) FROM pg_ls_waldir()
         WHERE name ~ '^[0-9A-F]{24}$' AND (name <= ? OR modification < date_trunc('second', ?::timestamptz))`,
        [moment.segment, moment.now],
      ),
    );
    if (stale[0]?.count === 0n) return;
  }
  throw new Error(
    'Postgres keeps segments of its log from before the erasure: is a replica or an archive behind?',
  );
}
