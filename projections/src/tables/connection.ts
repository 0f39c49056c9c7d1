import pg from 'pg';

/** One connection of the projector's own: what a batch reads and writes, and the lock that lets it, are of one session. */
export interface Connection {
  // Whoever writes a statement knows its rows; they come from tables of ours and are not checked again.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  query<Row = unknown>(
    sql: string,
    values?: unknown[],
  ): Promise<{ readonly rows: Row[]; readonly command: string }>;
  /** Whether it takes statements before those ahead of them are answered; `together` makes use of that. */
  readonly isPipelined?: boolean;
}

export interface ConnectionOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly statementTimeoutMs?: number;
  /** Settings of the session, as in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Takes statements before those ahead of them are answered, but no `COPY`. */
  readonly isPipelined?: boolean;
}

/**
 * For a session whose statements all look rows up by key, and are planned rarely: perhaps while the tables are still
 * empty, when reading them whole would seem to cost less.
 */
export const planningByKey = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_material: 'off',
} as const;

/** Arrays of `bigint` are terms, which are made to be exact as a double. */
const int8Array = 1016;
const connectTimeoutMs = 3_000;
export const defaultStatementTimeoutMs = 60_000;

/** Connects, or throws. Times come as ISO 8601 text and `bigint` as BigInt, as rows hold them. */
export async function connect({
  url,
  applicationName,
  statementTimeoutMs = defaultStatementTimeoutMs,
  settings = {},
  isPipelined = false,
}: ConnectionOptions): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    statement_timeout: statementTimeoutMs,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    pipeline: isPipelined,
    types: rowTypes(),
  });
  client.on('error', () => undefined); // the query in flight, or the next one, fails with it
  await client.connect();
  return client;
}

/** Plans are made anew after so many statements, and again whenever `replanFactor` times as many have been run. */
const firstReplanAfter = 256;
const replanFactor = 4;

/**
 * A pipelined client whose statements, where they have parameters, are parsed once in its session and planned as rarely
 * as the growth of the tables allows; those sent in one go leave in one packet.
 */
export function preparing(client: pg.Client): Connection {
  const names = new Map<string, string>();
  const { stream } = client.connection;
  let sent = 0;
  let replanAt = firstReplanAfter;
  let isGathering = false;
  const gather = (): void => {
    if (isGathering) return;
    isGathering = true;
    stream.cork();
    process.nextTick(() => {
      isGathering = false;
      stream.uncork();
    });
  };
  const query = (sql: string, values?: unknown[]): Promise<pg.QueryResult> => {
    gather();
    if (values === undefined) return client.query(sql);
    if ((sent += 1) >= replanAt) {
      replanAt *= replanFactor;
      void client.query('DISCARD PLANS').catch(() => undefined); // the statement after it fails as well
    }
    const name = names.get(sql) ?? `s${names.size}`;
    names.set(sql, name);
    return client.query({ name, text: sql, values });
  };
  return { isPipelined: true, query: query as Connection['query'] };
}

/**
 * Does what needs no answers of one another: one after the other, or without a wait between where the connection allows
 * it. Nothing is under way any more when it resolves, or rejects with what went wrong first.
 */
export async function together<Work extends readonly (() => Promise<unknown>)[]>(
  connection: Connection,
  ...works: Work
): Promise<{ readonly [Index in keyof Work]: Awaited<ReturnType<Work[Index]>> }>;
export async function together(
  connection: Connection,
  ...works: readonly (() => Promise<unknown>)[]
): Promise<unknown[]> {
  const results: unknown[] = [];
  if (connection.isPipelined !== true) {
    for (const work of works) results.push(await work());
    return results;
  }
  // Of a transaction that failed every later statement fails too, so it is the first in time that tells why.
  const failures: unknown[] = [];
  await Promise.all(
    works.map(async (work, index) => {
      try {
        results[index] = await work();
      } catch (error) {
        failures.push(error);
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return results;
}

function rowTypes(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, BigInt);
  types.setTypeParser(int8Array, (text) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number)));
  types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());
  return types;
}
