import path from 'node:path';
import {
  connectEventStore,
  createMetrics,
  createServiceApp,
  environment,
  exitOnBadConfiguration,
  listen,
  MasterKey,
  readConfiguration,
  runService,
} from '@verbatim/shared';
import { createQueryApi } from './create-query-api.ts';

await runService('query-api', async (logger) => {
  const fields = {
    PORT: environment.PORT,
    HOST: environment.HOST,
    EVENTSTORE_URL: environment.EVENTSTORE_URL,
    DATABASE_URL: environment.DATABASE_URL,
    DATABASE_READER_URL: environment.DATABASE_READER_URL,
    VERBATIM_SIGNING_KEY: environment.VERBATIM_SIGNING_KEY,
    VERBATIM_CHECKPOINT_KEY: environment.VERBATIM_CHECKPOINT_KEY,
    VERBATIM_MASTER_KEY: environment.VERBATIM_MASTER_KEY,
    CHECKPOINT_ANCHOR_DIR: environment.CHECKPOINT_ANCHOR_DIR,
    VERBATIM_DATA_DIR: environment.VERBATIM_DATA_DIR,
  };
  const configuration = exitOnBadConfiguration(readConfiguration(fields, process.env));
  const eventStore = connectEventStore({ url: configuration.EVENTSTORE_URL, logger });
  const api = await createQueryApi({
    databaseUrl: configuration.DATABASE_URL,
    readerUrl: configuration.DATABASE_READER_URL,
    signingKeys: configuration.VERBATIM_SIGNING_KEY,
    logger,
    record: {
      eventStore,
      masterKey: new MasterKey(configuration.VERBATIM_MASTER_KEY.toString('base64')),
      checkpointKey: configuration.VERBATIM_CHECKPOINT_KEY,
      anchorDirectory: configuration.CHECKPOINT_ANCHOR_DIR,
      exportDirectory: path.resolve(configuration.VERBATIM_DATA_DIR, 'exports'),
    },
  });
  const app = createServiceApp({
    logger,
    metrics: createMetrics('query-api'),
    readiness: api.readiness,
    routers: [api.router],
  });
  const listening = await listen(app, { host: configuration.HOST, port: configuration.PORT });
  return {
    stop: async () => {
      await listening.stop();
      await api.stop();
      await eventStore.close();
    },
  };
});
