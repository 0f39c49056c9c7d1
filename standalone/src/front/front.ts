import path from 'node:path';
import { createCommandApi } from '@verbatim/command-api';
import { createQueryApi, queryRoutes, recordRoutes } from '@verbatim/query-api';
import { createRelay, relayLimitsOf } from '@verbatim/realtime';
import {
  allowedOrigins,
  connectEventStore,
  createMetrics,
  createPool,
  createPushSubscriber,
  createServiceApp,
  createTokenVerifier,
  listen,
  type Logger,
  MasterKey,
  type Running,
  sqlSourceOf,
} from '@verbatim/shared';
import type { FrontConfiguration } from './front-configuration.ts';
import { createLocalCommandGateway } from './local-command-gateway.ts';
import { webClient } from './web-client.ts';

/** Sockets are sent away before; with them it stays short of the time after which the supervisor insists. */
const drainTimeoutMs = 800;
/** After a crash everybody comes back at once. */
const acceptors = 16;

/** The services that people talk to, and the page, on one port and so on one origin. */
export async function startFront(configuration: FrontConfiguration, logger: Logger): Promise<Running> {
  const { PORT, HOST, DATABASE_URL, VERBATIM_SIGNING_KEY: signingKeys } = configuration;
  const origins = allowedOrigins(configuration.ALLOWED_ORIGINS, PORT);
  const hasRateLimits = configuration.VERBATIM_RATE_LIMITS === 'on';
  const metrics = createMetrics('front');
  const eventStore = connectEventStore({ url: configuration.EVENTSTORE_URL, logger });
  const database = createPool(DATABASE_URL, { applicationName: 'verbatim front' });

  const masterKey = new MasterKey(configuration.VERBATIM_MASTER_KEY.toString('base64'));
  const anchorDirectory =
    configuration.CHECKPOINT_ANCHOR_DIR ?? path.resolve(configuration.VERBATIM_DATA_DIR, 'anchors');
  const commandApi = await createCommandApi({
    eventStore,
    database,
    databaseUrl: DATABASE_URL,
    masterKey,
    anchorDirectory,
    signingKeys,
    allowedOrigins: origins,
    publicOrigin: origins[0] ?? `http://localhost:${PORT}`,
    otherRoutes: [...queryRoutes, ...recordRoutes],
    hasRateLimits,
    logger,
  });
  const queryApi = await createQueryApi({
    databaseUrl: DATABASE_URL,
    readerUrl: configuration.DATABASE_READER_URL,
    signingKeys,
    logger,
    record: {
      eventStore,
      masterKey,
      checkpointKey: configuration.VERBATIM_CHECKPOINT_KEY,
      anchorDirectory,
      exportDirectory: path.resolve(configuration.VERBATIM_DATA_DIR, 'exports'),
    },
  });
  const relay = createRelay({
    push: createPushSubscriber(configuration.PUSH_URL),
    database: sqlSourceOf(database),
    tokens: createTokenVerifier(signingKeys.verification),
    commands: createLocalCommandGateway(commandApi.give),
    allowedOrigins: origins,
    trustedProxyHops: 0,
    limits: relayLimitsOf(hasRateLimits),
    logger,
    metrics,
  });

  const app = createServiceApp({
    logger,
    metrics,
    readiness: [...commandApi.readiness, ...queryApi.readiness, ...relay.readiness],
    routers: [commandApi.router, queryApi.router, webClient()],
  });
  const listening = await listen(app, {
    host: HOST,
    port: PORT,
    drainTimeoutMs,
    acceptors,
    onUpgrade: (...upgrade) => relay.handleUpgrade(...upgrade),
  });
  return {
    stop: async () => {
      await relay.stop();
      await listening.stop();
      await Promise.all([commandApi.stop(), queryApi.stop()]);
      await Promise.all([eventStore.close(), database.destroy()]);
    },
  };
}
