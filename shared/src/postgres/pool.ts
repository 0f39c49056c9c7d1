import { Socket } from 'node:net';
import knex from 'knex';
import type { Knex } from 'knex';
import pg from 'pg';

/** A pool of connections with knex's query builder. `bigint` columns and counts come back as BigInt. */
export type Database = Knex;
export type Transaction = Knex.Transaction;

export interface PoolOptions {
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly max?: number;
  /** Every transaction is read-only: whoever only asks cannot change anything by a mistake. */
  readonly isReadOnly?: boolean;
  /** A statement that takes longer is cancelled (57014). */
  readonly statementTimeoutMs?: number;
  /** A caller that gets no connection for so long fails, so that a busy pool answers 503 instead of hanging. */
  readonly acquireTimeoutMs?: number;
  /** A connection on which nothing comes or goes for so long is ended: a little more than any statement may take. */
  readonly silenceTimeoutMs?: number;
}

const defaultMax = 10;
const defaultStatementTimeoutMs = 10_000;
const defaultAcquireTimeoutMs = 3_000;
/** A transaction that its process forgot gives up its locks after this. */
const idleInTransactionTimeoutMs = 30_000;
const idleConnectionMs = 30_000;
/** Longer than any statement, and no packet comes or goes: the other end is gone, and may never say so. */
const silenceBeyondTimeoutsMs = 5_000;

/** Connects on first use, so this succeeds while Postgres is away. End it with `destroy()`. */
export function createPool(
  url: string,
  {
    applicationName,
    max = defaultMax,
    isReadOnly = false,
    statementTimeoutMs = defaultStatementTimeoutMs,
    acquireTimeoutMs = defaultAcquireTimeoutMs,
    silenceTimeoutMs = Math.max(statementTimeoutMs, idleInTransactionTimeoutMs) + silenceBeyondTimeoutsMs,
  }: PoolOptions,
): Database {
  return knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: applicationName,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
      connectionTimeoutMillis: acquireTimeoutMs,
      keepAlive: true,
      ...(isReadOnly && { options: '-c default_transaction_read_only=on' }),
      types: exactTypes(),
    },
    pool: {
      min: 0,
      max,
      idleTimeoutMillis: idleConnectionMs,
      afterCreate: (client: pg.Client, done: () => void) => {
        endWhenSilent(client, silenceTimeoutMs);
        done();
      },
    },
    acquireConnectionTimeout: acquireTimeoutMs,
    // knex prints what the failed query, or the next one, tells its caller anyhow
    log: { warn: () => undefined },
  });
}

/** What waits for an answer fails then; a session that nobody uses is made anew when it is wanted. */
function endWhenSilent({ connection: { stream } }: pg.Client, afterMs: number): void {
  if (!(stream instanceof Socket)) return;
  stream.setTimeout(afterMs, () =>
    stream.destroy(new Error('Connection terminated: nothing was heard of it')),
  );
}

/** Positions outgrow a double, so int8 is BigInt; this is the pool's own policy and leaves pg's global one alone. */
function exactTypes(): Knex.PgCustomTypesConfig {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, BigInt);
  return {
    getTypeParser: (oid, format) => types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
  };
}
