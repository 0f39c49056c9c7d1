import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  connectEventStore,
  createLogger,
  createPool,
  MasterKey,
  vaultDatabase,
  VaultKeyring,
  type Database,
  type EventStore,
} from '@verbatim/shared';
import {
  environment,
  exitOnBadConfiguration,
  findInstance,
  readConfiguration,
} from '@verbatim/shared/configuration';
import { RebuildFault } from '../rebuild/build.ts';

/** The stores of the instance that a command works on. */
export interface Instance {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly keyring: VaultKeyring;
  close(): Promise<void>;
}

/** By the two URLs and the master key where they are given, else the one that runs on `VERBATIM_DATA_DIR`. */
export async function openInstance(env: NodeJS.ProcessEnv): Promise<Instance> {
  const given = exitOnBadConfiguration(
    readConfiguration(
      {
        VERBATIM_DATA_DIR: environment.VERBATIM_DATA_DIR,
        EVENTSTORE_URL: environment.EVENTSTORE_URL.optional(),
        DATABASE_URL: environment.DATABASE_URL.optional(),
        VERBATIM_MASTER_KEY: environment.VERBATIM_MASTER_KEY.optional(),
      },
      env,
    ),
  );
  const running = await findInstance(given.VERBATIM_DATA_DIR);
  const databaseUrl = given.DATABASE_URL ?? running?.database;
  const eventStoreUrl = given.EVENTSTORE_URL ?? running?.eventStore;
  if (databaseUrl === undefined || eventStoreUrl === undefined)
    throw new RebuildFault(
      `No instance runs on ${given.VERBATIM_DATA_DIR}. Start it, or set EVENTSTORE_URL and DATABASE_URL.`,
    );
  const masterKey =
    given.VERBATIM_MASTER_KEY?.toString('base64') ??
    (await readFile(path.join(given.VERBATIM_DATA_DIR, 'keys', 'master-key'), 'utf8')).trim();
  const logger = createLogger({ name: 'projections', level: 'silent' });
  const database = createPool(databaseUrl, { applicationName: 'verbatim projections command', max: 3 });
  const eventStore = connectEventStore({ url: eventStoreUrl, logger });
  return {
    databaseUrl,
    database,
    eventStore,
    keyring: new VaultKeyring(vaultDatabase(database), new MasterKey(masterKey)),
    close: async () => {
      await Promise.all([eventStore.close(), database.destroy()]);
    },
  };
}
