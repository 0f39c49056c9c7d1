import pg from 'pg';

/** One connection of the projector's own: what a batch reads and writes, and the lock that lets it, are of one session. */
export interface Connection {
  // Whoever writes a statement knows its rows; they come from tables of ours and are not checked again.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  query<Row = unknown>(
    sql: string,
    values?: unknown[],
  ): Promise<{ readonly rows: Row[]; readonly command: string }>;
}

export interface ConnectionOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly statementTimeoutMs?: number;
}

/** Arrays of `bigint` are terms, which are made to be exact as a double. */
const int8Array = 1016;
const connectTimeoutMs = 3_000;
const defaultStatementTimeoutMs = 60_000;

/** Connects, or throws. Times come as ISO 8601 text and `bigint` as BigInt, as rows hold them. */
export async function connect({
  url,
  applicationName,
  statementTimeoutMs = defaultStatementTimeoutMs,
}: ConnectionOptions): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    statement_timeout: statementTimeoutMs,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    types: rowTypes(),
  });
  client.on('error', () => undefined); // the query in flight, or the next one, fails with it
  await client.connect();
  return client;
}

function rowTypes(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, BigInt);
  types.setTypeParser(int8Array, (text) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number)));
  types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());
  return types;
}
