import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PostgresFault } from './postgres-fault.ts';

/** Recovery after a crash replays at most `max_wal_size` of log; this leaves a slow disk ample time. */
const readyWithinMs = 300_000;
const pollMs = 20;
const connectWithinMs = 5_000;

/** SQLSTATE */
const invalidPassword = '28P01';

/** Resolves when the server answers a query; rejects when it ends first. */
export async function waitUntilReady(url: string, exited: Promise<unknown>): Promise<void> {
  const progress: { hasExited: boolean } = { hasExited: false };
  void exited.then(() => (progress.hasExited = true));
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    if (progress.hasExited) throw new Error('PostgreSQL ended while it was starting');
    const failure = await tryQuery(url);
    if (failure === undefined) return;
    if (hasCode(failure, invalidPassword)) {
      throw new PostgresFault(
        'The password in connection.json is not the one of the database beside it: restore both from the same copy.',
      );
    }
    // Not listening yet, starting, recovering: only its end or the deadline decides.
    if (performance.now() > deadline) {
      throw new Error(`PostgreSQL was not ready after ${readyWithinMs} ms`, { cause: failure });
    }
    await Promise.race([exited, delay(pollMs)]);
  }
}

async function tryQuery(url: string): Promise<unknown> {
  return withClient(url, async (client) => client.query('select 1')).then(
    () => undefined,
    (failure: unknown) => failure,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

export async function createDatabaseIfMissing(url: string, name: string): Promise<void> {
  await withClient(url, async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  });
}

/** Makes a role that may log in and read every table there is or will be, and nothing else. */
export async function createReaderIfMissing(url: string, name: string, password: string): Promise<void> {
  await withClient(url, async (client) => {
    const found = await client.query('select 1 from pg_roles where rolname = $1', [name]);
    if (found.rowCount !== 0) return;
    const role = client.escapeIdentifier(name);
    await client.query(
      `create role ${role} login password ${client.escapeLiteral(password)}; grant pg_read_all_data to ${role}`,
    );
  });
}

async function withClient<Result>(url: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectWithinMs });
  // A server that goes away while connected: the query under way rejects and tells.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}
