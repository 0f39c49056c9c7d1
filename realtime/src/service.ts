import {
  createMetrics,
  createPool,
  createPushSubscriber,
  createServiceApp,
  createTokenVerifier,
  listen,
  sqlSourceOf,
  type Logger,
  type Running,
  type VerificationKey,
} from '@verbatim/shared';
import { createHttpCommandGateway } from './commands/http-command-gateway.ts';
import { relayLimitsOf } from './limits/relay-limits.ts';
import { createRelay } from './relay.ts';

export interface RealtimeServiceOptions {
  readonly host: string;
  /** 0 lets the system pick one. */
  readonly port: number;
  readonly databaseUrl: string;
  /** `tcp://:SECRET@HOST:PORT` of a projector, or `nats://…`. */
  readonly pushUrl: string;
  readonly commandApiUrl: string;
  readonly verificationKeys: readonly VerificationKey[];
  readonly allowedOrigins: readonly string[];
  /** `VERBATIM_RATE_LIMITS`. */
  readonly hasRateLimits: boolean;
  readonly trustedProxyHops?: number;
  readonly logger: Logger;
}

export interface RealtimeService extends Running {
  readonly port: number;
}

/** After a crash everybody comes back at once. */
const acceptors = 16;

/** A relay by itself, with its own port and its own health. */
export async function startRealtimeService(options: RealtimeServiceOptions): Promise<RealtimeService> {
  const { host, port, logger, trustedProxyHops = 0 } = options;
  const metrics = createMetrics('realtime');
  const database = createPool(options.databaseUrl, { applicationName: 'verbatim realtime' });
  const relay = createRelay({
    push: createPushSubscriber(options.pushUrl),
    database: sqlSourceOf(database),
    tokens: createTokenVerifier(options.verificationKeys),
    commands: createHttpCommandGateway(options.commandApiUrl),
    allowedOrigins: options.allowedOrigins,
    trustedProxyHops,
    limits: relayLimitsOf(options.hasRateLimits),
    logger,
    metrics,
  });
  const app = createServiceApp({
    logger,
    metrics,
    readiness: relay.readiness,
    routers: [],
    trustedProxyHops,
  });
  const listening = await listen(app, {
    host,
    port,
    acceptors,
    onUpgrade: (...upgrade) => relay.handleUpgrade(...upgrade),
  });
  return {
    port: listening.port,
    stop: async () => {
      await relay.stop();
      await listening.stop();
      await database.destroy();
    },
  };
}
