import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, beforeAll } from 'vitest';
import { startEventStore, type EventStoreServer } from '../server.ts';
import type { EventStoreOptions } from '../options.ts';

/** A call may take as long on a machine that is busy with something else; the client itself gives up after ten seconds. */
const patienceMs = 60_000;

export const ADMIN = { username: 'admin', password: 'changeit' };
export const OPS = { username: 'ops', password: 'changeit' };

/** A store of the test file's own, and the official client connected to it (as admin, if it is secure). */
export interface TestStore {
  readonly directory: string;
  readonly server: EventStoreServer;
  readonly client: EventStoreDBClient;
  /** One more client; anonymous without credentials. It is disposed of after the tests. */
  connect(credentials?: typeof ADMIN): EventStoreDBClient;
  /** Stops the server and starts it again over the same data, with a new client. */
  restart(): Promise<void>;
}

/** Starts a store before the tests of a file and takes everything away after them. */
export function useTestStore(options: Partial<EventStoreOptions> = {}): TestStore {
  let directory: string | undefined;
  let server: EventStoreServer | undefined;
  let clients: EventStoreDBClient[] = [];

  const connect = (credentials?: typeof ADMIN): EventStoreDBClient => {
    const { connectionString } = started(server);
    const signIn = credentials ? `${credentials.username}:${encodeURIComponent(credentials.password)}@` : '';
    const connection = `${connectionString.replace('esdb://', `esdb://${signIn}`)}&defaultDeadline=${patienceMs}`;
    const client = EventStoreDBClient.connectionString(connection);
    clients.push(client);
    return client;
  };
  const start = async (): Promise<void> => {
    directory ??= temporaryDirectory();
    server = await startEventStore({ insecure: true, ...options, directory, port: 0 });
    connect(options.insecure === false ? ADMIN : undefined);
  };
  const stop = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.dispose()));
    clients = [];
    await server?.stop();
  };
  beforeAll(start);
  afterAll(async () => {
    await stop();
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  });
  return {
    get directory() {
      return started(directory);
    },
    get server() {
      return started(server);
    },
    get client() {
      return started(clients[0]);
    },
    connect,
    restart: async () => {
      await stop();
      await start();
    },
  };
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'verbatim-event-store-'));
}

function started<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the store is not started yet');
  return value;
}
