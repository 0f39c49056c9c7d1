import { isStrayClientRejection } from '../event-store/stray-rejection.ts';
import type { Logger } from './logger.ts';

/**
 * For `main.ts` alone: what nobody caught is a bug of unknown reach, so it is logged and the process ends
 * with exit code 1; the supervisor starts it again. Rejections that the event store's client is known to
 * leave behind, about appends whose outcome was already reported, are warnings.
 */
export function installCrashPolicy(logger: Logger): void {
  process.on('uncaughtException', (error) => crash(logger, error, 'uncaught exception'));
  process.on('unhandledRejection', (reason) => {
    if (isStrayClientRejection(reason))
      logger.warn({ err: reason }, 'stray rejection of the event store client');
    else crash(logger, reason, 'unhandled rejection');
  });
}

function crash(logger: Logger, reason: unknown, what: string): never {
  logger.fatal({ err: reason }, what);
  process.exit(1);
}
