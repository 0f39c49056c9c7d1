import { createPool, Problem, sqlSourceOf, type Database, type SqlSource } from '@verbatim/shared';

export type ReadModelName = 'chat' | 'directory' | 'search' | 'record';

/** Where queries are asked: one source for each read model, and one that tells who asks and how far the models are. */
export interface ReadSources extends Readonly<Record<ReadModelName, SqlSource>> {
  readonly gate: SqlSource;
  stop(): Promise<void>;
}

/**
 * Connections are not shared between read models: one whose tables are locked or slow keeps its own waiting and
 * nobody else's.
 */
const poolSizes = { gate: 6, chat: 10, directory: 3, search: 4, record: 4 } as const;
const statementTimeoutMs = 5_000;
const gateStatementTimeoutMs = 2_000;
/** Nobody waits longer for a connection: then the answer is 503. */
const acquireTimeoutMs = 2_000;

/** @param url of a role that need not be able to write; its transactions are read-only even where it is */
export function openReadSources(url: string): ReadSources {
  const pools: Database[] = [];
  const open = (name: keyof typeof poolSizes, timeoutMs = statementTimeoutMs): SqlSource => {
    const pool = createPool(url, {
      applicationName: `verbatim query-api ${name}`,
      max: poolSizes[name],
      isReadOnly: true,
      statementTimeoutMs: timeoutMs,
      acquireTimeoutMs,
    });
    pools.push(pool);
    return untilThere(sqlSourceOf(pool));
  };
  return {
    gate: open('gate', gateStatementTimeoutMs),
    chat: open('chat'),
    directory: open('directory'),
    search: open('search'),
    record: open('record'),
    stop: async () => {
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

/** What Postgres says of a schema or table that is not there: the projectors have not made it yet. */
const missingStates = new Set(['42P01', '3F000']);

function untilThere(source: SqlSource): SqlSource {
  return {
    query: async (sql, values) => {
      try {
        return await source.query(sql, values);
      } catch (error) {
        if (error instanceof Error && 'code' in error && missingStates.has(String(error.code)))
          throw new Problem('unavailable', { cause: error });
        throw error;
      }
    },
  };
}
