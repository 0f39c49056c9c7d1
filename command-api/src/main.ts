import {
  allowedOrigins,
  connectEventStore,
  createMetrics,
  createPool,
  createServiceApp,
  environment,
  exitOnBadConfiguration,
  listen,
  MasterKey,
  readConfiguration,
  runService,
} from '@verbatim/shared';
import { createCommandApi } from './create-command-api.ts';

await runService('command-api', async (logger) => {
  const fields = {
    PORT: environment.PORT,
    HOST: environment.HOST,
    EVENTSTORE_URL: environment.EVENTSTORE_URL,
    DATABASE_URL: environment.DATABASE_URL,
    VERBATIM_SIGNING_KEY: environment.VERBATIM_SIGNING_KEY,
    VERBATIM_MASTER_KEY: environment.VERBATIM_MASTER_KEY,
    CHECKPOINT_ANCHOR_DIR: environment.CHECKPOINT_ANCHOR_DIR,
    ALLOWED_ORIGINS: environment.ALLOWED_ORIGINS,
    VERBATIM_RATE_LIMITS: environment.VERBATIM_RATE_LIMITS,
  };
  const configuration = exitOnBadConfiguration(readConfiguration(fields, process.env));
  const { PORT, HOST, ALLOWED_ORIGINS } = configuration;
  const origins = allowedOrigins(ALLOWED_ORIGINS, PORT);
  const eventStore = connectEventStore({ url: configuration.EVENTSTORE_URL, logger });
  const database = createPool(configuration.DATABASE_URL, { applicationName: 'verbatim command-api' });
  const api = await createCommandApi({
    eventStore,
    database,
    databaseUrl: configuration.DATABASE_URL,
    masterKey: new MasterKey(configuration.VERBATIM_MASTER_KEY.toString('base64')),
    anchorDirectory: configuration.CHECKPOINT_ANCHOR_DIR,
    signingKeys: configuration.VERBATIM_SIGNING_KEY,
    allowedOrigins: origins,
    publicOrigin: origins[0] ?? `http://localhost:${PORT}`,
    hasRateLimits: configuration.VERBATIM_RATE_LIMITS === 'on',
    logger,
  });
  const app = createServiceApp({
    logger,
    metrics: createMetrics('command-api'),
    readiness: api.readiness,
    routers: [api.router],
  });
  const listening = await listen(app, { host: HOST, port: PORT });
  return {
    stop: async () => {
      await listening.stop();
      await api.stop();
      await Promise.all([eventStore.close(), database.destroy()]);
    },
  };
});
