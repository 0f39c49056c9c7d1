import { startProjectionsService } from '@verbatim/projections';
import { environment, exitOnBadConfiguration, readConfiguration } from '@verbatim/shared';
import { z } from 'zod';
import { runPart } from './run-part.ts';

await runPart('projections', (logger) => {
  const configuration = exitOnBadConfiguration(
    readConfiguration(
      {
        PORT: environment.PORT,
        HOST: environment.HOST,
        EVENTSTORE_URL: environment.EVENTSTORE_URL,
        DATABASE_URL: environment.DATABASE_URL,
        VERBATIM_MASTER_KEY: environment.VERBATIM_MASTER_KEY,
        PUSH_URL: z.string(),
      },
      process.env,
    ),
  );
  return startProjectionsService({
    host: configuration.HOST,
    port: configuration.PORT,
    eventStoreUrl: configuration.EVENTSTORE_URL,
    databaseUrl: configuration.DATABASE_URL,
    masterKey: configuration.VERBATIM_MASTER_KEY,
    pushUrl: configuration.PUSH_URL,
    logger,
  });
});
