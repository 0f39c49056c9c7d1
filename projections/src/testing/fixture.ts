import {
  connectEventStore,
  createLogger,
  createPool,
  type Database,
  type EventStore,
} from '@verbatim/shared';
import pg from 'pg';
import { startProjections, type Projections, type ProjectionsOptions } from '../projections.ts';
import { LogWriter, testMasterKey } from './log-writer.ts';

/** What the tests of projections stand on: a database, an event store and a writer for the log. */
export interface Fixture {
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly log: LogWriter;
  start(options?: Partial<ProjectionsOptions>): Projections;
  /** Rows of any statement, as Postgres' driver gives them. */
  rows(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Resolves once every read model has got to where the log is, or rejects after a bound. */
  caughtUp(names?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const catchUpWithinMs = 50_000;

export async function openFixture(databaseUrl: string, eventStoreUrl: string): Promise<Fixture> {
  const logger = createLogger({ name: 'test', level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const database = createPool(databaseUrl, { applicationName: 'test' });
  const eventStore = connectEventStore({ url: eventStoreUrl, logger });
  const log = await LogWriter.open(eventStore, database);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  pool.on('error', () => undefined);
  const started: Projections[] = [];

  return {
    database,
    eventStore,
    log,
    start: (options) => {
      const projections = startProjections({
        eventStoreUrl,
        databaseUrl,
        masterKey: testMasterKey,
        logger,
        ...options,
      });
      started.push(projections);
      return projections;
    },
    rows: async (sql, values) => (await pool.query<Record<string, unknown>>(sql, values)).rows,
    caughtUp: async (names = ['chat', 'directory']) => {
      for (const name of names)
        await until(`${name} has caught up`, async () => {
          const { rows } = await pool.query<{ position: string }>(`SELECT position FROM ${name}.checkpoint`);
          return rows[0] !== undefined && BigInt(rows[0].position) >= log.position;
        });
    },
    close: async () => {
      await Promise.all(started.map((projections) => projections.stop()));
      await Promise.all([eventStore.close(), database.destroy(), pool.end()]);
    },
  };
}

/** Looks again until it is so. What throws meanwhile is not so yet. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + catchUpWithinMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      if (await isSo()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  throw new Error(`not so within ${catchUpWithinMs} ms: ${what}`, { cause: last });
}
