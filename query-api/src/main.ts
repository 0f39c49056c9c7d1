import {
  createMetrics,
  createServiceApp,
  environment,
  exitOnBadConfiguration,
  listen,
  readConfiguration,
  runService,
} from '@verbatim/shared';
import { createQueryApi } from './create-query-api.ts';

await runService('query-api', async (logger) => {
  const { PORT, HOST, DATABASE_URL, VERBATIM_SIGNING_KEY } = environment;
  const configuration = exitOnBadConfiguration(
    readConfiguration({ PORT, HOST, DATABASE_URL, VERBATIM_SIGNING_KEY }, process.env),
  );
  const api = await createQueryApi({
    databaseUrl: configuration.DATABASE_URL,
    signingKeys: configuration.VERBATIM_SIGNING_KEY,
    logger,
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
    },
  };
});
