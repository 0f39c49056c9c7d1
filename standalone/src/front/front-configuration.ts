import { environment, exitOnBadConfiguration, readConfiguration } from '@verbatim/shared';
import { z } from 'zod';

const fields = {
  PORT: environment.PORT,
  HOST: environment.HOST,
  EVENTSTORE_URL: environment.EVENTSTORE_URL,
  DATABASE_URL: environment.DATABASE_URL,
  DATABASE_READER_URL: environment.DATABASE_READER_URL,
  VERBATIM_SIGNING_KEY: environment.VERBATIM_SIGNING_KEY,
  VERBATIM_CHECKPOINT_KEY: environment.VERBATIM_CHECKPOINT_KEY,
  VERBATIM_MASTER_KEY: environment.VERBATIM_MASTER_KEY,
  VERBATIM_DATA_DIR: environment.VERBATIM_DATA_DIR,
  CHECKPOINT_ANCHOR_DIR: environment.CHECKPOINT_ANCHOR_DIR,
  ALLOWED_ORIGINS: environment.ALLOWED_ORIGINS,
  VERBATIM_RATE_LIMITS: environment.VERBATIM_RATE_LIMITS,
  /** Where the projectors push: the supervisor says it. */
  PUSH_URL: z.string(),
};

export type FrontConfiguration = ReturnType<typeof readFrontConfiguration>;

export function readFrontConfiguration(env: NodeJS.ProcessEnv) {
  return exitOnBadConfiguration(readConfiguration(fields, env));
}
