import { environment } from '../configuration/fields.ts';
import { installCrashPolicy } from '../logging/crash-policy.ts';
import { createLogger, type Logger } from '../logging/logger.ts';

/** Anything that was started and can be stopped. */
export interface Running {
  stop(): Promise<void>;
}

/** A stop that takes longer is cut off with exit code 1; `npm start` promises ten seconds for everything. */
const stopTimeoutMs = 8_000;

/**
 * All that a `main.ts` does besides reading its configuration:
 *
 * ```ts
 * await runService('query-api', (logger) => {
 *   const { PORT, HOST, DATABASE_URL } = environment;
 *   const configuration = exitOnBadConfiguration(readConfiguration({ PORT, HOST, DATABASE_URL }, process.env));
 *   return startQueryApi({ ...configuration, logger });
 * });
 * ```
 *
 * Stops on SIGTERM and SIGINT, and when the process that started it over IPC is gone; exits with 0 then, with 1
 * when the start or the stop fails and when anything is thrown that nobody catches.
 */
export async function runService(name: string, start: (logger: Logger) => Promise<Running>): Promise<void> {
  const level = environment.LOG_LEVEL.safeParse(process.env.LOG_LEVEL).data ?? 'info';
  const logger = createLogger({ name, level });
  installCrashPolicy(logger);
  let running: Running;
  try {
    running = await start(logger);
  } catch (error) {
    logger.fatal({ err: error }, 'cannot start');
    process.exit(1);
  }
  let isStopping = false;
  const stop = (reason: string): void => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ reason }, 'stopping');
    setTimeout(() => exit(logger, 1, 'did not stop in time'), stopTimeoutMs);
    running.stop().then(
      () => exit(logger, 0, 'stopped'),
      (error: unknown) => {
        logger.error({ err: error }, 'stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (process.channel !== undefined) process.on('disconnect', () => stop('parent is gone'));
}

function exit(logger: Logger, code: number, message: string): never {
  logger.info({ code }, message);
  process.exit(code);
}
