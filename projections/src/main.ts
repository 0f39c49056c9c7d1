import { environment, exitOnBadConfiguration, readConfiguration, runService } from '@verbatim/shared';
import { z } from 'zod';
import { startProjectionsService } from './service.ts';

await runService('projections', (logger) => {
  const { HOST, PORT, EVENTSTORE_URL, DATABASE_URL, VERBATIM_MASTER_KEY, NATS_URL } = environment;
  const configuration = exitOnBadConfiguration(
    readConfiguration(
      {
        HOST,
        PORT,
        EVENTSTORE_URL,
        DATABASE_URL,
        VERBATIM_MASTER_KEY,
        NATS_URL,
        /** Where relays that run on this machine connect, when there is no NATS: `tcp://:SECRET@127.0.0.1:PORT`. */
        PUSH_URL: z.string().optional(),
      },
      process.env,
    ),
  );
  const pushUrl = configuration.NATS_URL ?? configuration.PUSH_URL;
  return startProjectionsService({
    host: configuration.HOST,
    port: configuration.PORT,
    eventStoreUrl: configuration.EVENTSTORE_URL,
    databaseUrl: configuration.DATABASE_URL,
    masterKey: configuration.VERBATIM_MASTER_KEY,
    ...(pushUrl !== undefined && { pushUrl }),
    logger,
  });
});
