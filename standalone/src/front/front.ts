import { createCommandApi } from '@verbatim/command-api';
import {
  allowedOrigins,
  connectEventStore,
  createMetrics,
  createPool,
  createServiceApp,
  listen,
  type Logger,
  MasterKey,
  type Running,
} from '@verbatim/shared';
import type { FrontConfiguration } from './front-configuration.ts';
import { webClient } from './web-client.ts';

/** The services that people talk to, and the page, on one port and so on one origin. */
export async function startFront(configuration: FrontConfiguration, logger: Logger): Promise<Running> {
  const { PORT, HOST } = configuration;
  const origins = allowedOrigins(configuration.ALLOWED_ORIGINS, PORT);
  const eventStore = connectEventStore({ url: configuration.EVENTSTORE_URL, logger });
  const database = createPool(configuration.DATABASE_URL, { applicationName: 'verbatim front' });

  const commandApi = await createCommandApi({
    eventStore,
    database,
    masterKey: new MasterKey(configuration.VERBATIM_MASTER_KEY.toString('base64')),
    signingKeys: configuration.VERBATIM_SIGNING_KEY,
    allowedOrigins: origins,
    publicOrigin: origins[0] ?? `http://localhost:${PORT}`,
    hasRateLimits: configuration.VERBATIM_RATE_LIMITS === 'on',
    logger,
  });
  const app = createServiceApp({
    logger,
    metrics: createMetrics('front'),
    readiness: [...commandApi.readiness],
    routers: [commandApi.router, webClient()],
  });
  const listening = await listen(app, { host: HOST, port: PORT, drainTimeoutMs });
  return {
    stop: async () => {
      await listening.stop();
      await commandApi.stop();
      await Promise.all([eventStore.close(), database.destroy()]);
    },
  };
}

/** Short of the time after which the supervisor insists. */
const drainTimeoutMs = 1_500;
