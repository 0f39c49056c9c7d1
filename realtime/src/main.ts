import {
  allowedOrigins,
  exitOnBadConfiguration,
  readConfiguration,
  runService,
  type ConfigurationResult,
} from '@verbatim/shared';
import { realtimeFields } from './configuration.ts';
import { startRealtimeService } from './service.ts';

await runService('realtime', (logger) => {
  const configuration = exitOnBadConfiguration(withPushUrl(readConfiguration(realtimeFields, process.env)));
  return startRealtimeService({
    host: configuration.HOST,
    port: configuration.PORT,
    databaseUrl: configuration.DATABASE_URL,
    pushUrl: configuration.pushUrl,
    commandApiUrl: configuration.COMMAND_API_URL,
    verificationKeys: configuration.VERBATIM_SIGNING_KEY.verification,
    allowedOrigins: allowedOrigins(configuration.ALLOWED_ORIGINS, configuration.PORT),
    hasRateLimits: configuration.VERBATIM_RATE_LIMITS === 'on',
    logger,
  });
});

/** Without a way to be pushed to, a relay would only ever be late. */
function withPushUrl<
  Read extends { readonly NATS_URL?: string | undefined; readonly PUSH_URL?: string | undefined },
>(result: ConfigurationResult<Read>): ConfigurationResult<Read & { readonly pushUrl: string }> {
  if (!result.ok) return result;
  const pushUrl = result.configuration.NATS_URL ?? result.configuration.PUSH_URL;
  return pushUrl === undefined
    ? { ok: false, problems: ['PUSH_URL: is required where NATS_URL is not given'] }
    : { ok: true, configuration: { ...result.configuration, pushUrl } };
}
