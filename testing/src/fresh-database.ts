import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the run's Postgres, with the right to create databases. */
    postgresUrl: string;
    /** The same for the role that only reads. */
    postgresReaderUrl: string;
  }
}

export interface FreshDatabase {
  readonly url: string;
  /** Of the role that only reads. */
  readonly readerUrl: string;
  /** Ends what is still connected and removes the database. */
  drop(): Promise<void>;
}

/** An empty database in the run's Postgres. Only for `*.int.test.ts`: they are what Postgres is started for. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`create database ${name}`);
  const urlIn = (server: string): string => Object.assign(new URL(server), { pathname: `/${name}` }).href;
  return {
    url: urlIn(inject('postgresUrl')),
    readerUrl: urlIn(inject('postgresReaderUrl')),
    drop: () => administer(`drop database if exists ${name} with (force)`),
  };
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
