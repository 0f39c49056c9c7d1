import path from 'node:path';
import { environment, exitOnBadConfiguration, readConfiguration } from '@verbatim/shared/configuration';

export interface StandaloneConfiguration {
  readonly port: number;
  readonly host: string;
  readonly dataDirectory: string;
  /** Given when a real EventStoreDB is used instead of the embedded one. */
  readonly eventStoreUrl: string | undefined;
  /** Given when a real PostgreSQL is used instead of the embedded one. */
  readonly databaseUrl: string | undefined;
  /** What the services get to see; each reads its own variables from it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads the environment, or ends the process with a line for each bad variable. */
export function readStandaloneConfiguration(env: NodeJS.ProcessEnv): StandaloneConfiguration {
  const isEmbedded = !env.EVENTSTORE_URL && !env.DATABASE_URL;
  const configuration = exitOnBadConfiguration(
    readConfiguration({ ...environment, ...(isEmbedded ? optionalWhenEmbedded : {}), ...optionalHere }, env),
  );
  return {
    port: configuration.PORT,
    host: configuration.HOST,
    dataDirectory: path.resolve(configuration.VERBATIM_DATA_DIR),
    eventStoreUrl: configuration.EVENTSTORE_URL,
    databaseUrl: configuration.DATABASE_URL,
    env,
  };
}

const optionalHere = {
  EVENTSTORE_URL: environment.EVENTSTORE_URL.optional(),
  DATABASE_URL: environment.DATABASE_URL.optional(),
};

/** Made and kept in the data directory; with stores of one's own they must be given, and kept as safely. */
const optionalWhenEmbedded = {
  VERBATIM_SIGNING_KEY: environment.VERBATIM_SIGNING_KEY.optional(),
  VERBATIM_CHECKPOINT_KEY: environment.VERBATIM_CHECKPOINT_KEY.optional(),
  VERBATIM_MASTER_KEY: environment.VERBATIM_MASTER_KEY.optional(),
};
