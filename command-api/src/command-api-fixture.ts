import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  connectEventStore,
  createLogger,
  createMetrics,
  createPool,
  createServiceApp,
  listen,
  MasterKey,
  parseSigningKeys,
  type Database,
  type EventStore,
} from '@verbatim/shared';
import { freshDatabase, freshEventStore } from '@verbatim/testing';
import { createCommandApi, type CommandApiOptions } from './create-command-api.ts';
import type { GiveCommand } from './http/give-command.ts';

/** A whole command side on a port of its own, over a real event store and a real database. */
export interface RunningApi {
  readonly origin: string;
  readonly give: GiveCommand;
  readonly eventStore: EventStore;
  readonly database: Database;
  stop(): Promise<void>;
}

export interface Stores {
  readonly eventStoreUrl: string;
  readonly databaseUrl: string;
  readonly masterKey: MasterKey;
  readonly signingKeyPem: string;
}

export async function freshStores(): Promise<Stores & { stop(): Promise<void> }> {
  const [database, store] = await Promise.all([freshDatabase(), freshEventStore()]);
  return {
    ...newKeys(),
    eventStoreUrl: store.connectionString,
    databaseUrl: database.url,
    stop: async () => {
      await store.stop();
      await database.drop();
    },
  };
}

export function newKeys(): Pick<Stores, 'masterKey' | 'signingKeyPem'> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    masterKey: new MasterKey(randomBytes(32).toString('base64')),
    signingKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

export const webOrigin = 'http://localhost:8080';

export async function startApi(
  stores: Stores,
  overrides: Partial<CommandApiOptions> = {},
): Promise<RunningApi> {
  const logger = createLogger({ name: 'command-api', level: 'silent' });
  const eventStore = overrides.eventStore ?? connectEventStore({ url: stores.eventStoreUrl, logger });
  const database = createPool(stores.databaseUrl, { applicationName: 'command-api test' });
  const api = await createCommandApi({
    eventStore,
    database,
    databaseUrl: stores.databaseUrl,
    masterKey: stores.masterKey,
    signingKeys: parseSigningKeys(stores.signingKeyPem),
    allowedOrigins: [webOrigin],
    publicOrigin: webOrigin,
    hasRateLimits: false,
    logger,
    ...overrides,
  });
  const app = createServiceApp({
    logger,
    metrics: createMetrics('command-api', { withProcessMetrics: false }),
    readiness: api.readiness,
    routers: [api.router],
  });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  return {
    origin: `http://127.0.0.1:${listening.port}`,
    give: api.give,
    eventStore,
    database,
    stop: async () => {
      await listening.stop();
      await api.stop();
      await Promise.all([eventStore.close(), database.destroy()]);
    },
  };
}
