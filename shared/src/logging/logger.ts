import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';

/** Names under which secrets and people's words travel; whatever stands there is never written. */
const secretNames = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'body',
  'secret',
  'text',
  'email',
  'displayName',
  'connectionString',
];
/** Where such names may stand: at the top, or inside one or two objects (`req.headers.cookie`). */
const secretPaths = secretNames.flatMap((name) =>
  ['', '*.', '*.*.'].map((prefix) =>
    name.includes('-') ? `${prefix.slice(0, -1)}["${name}"]` : prefix + name,
  ),
);

export interface LoggerOptions {
  readonly name: string;
  readonly level: string;
  /** Standard output unless given. */
  readonly destination?: { write(line: string): void };
}

/** One JSON line for each entry, with secrets cut out by name. Log ids and codes, never bodies. */
export function createLogger({ name, level, destination = standardOutput() }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secretPaths, censor: '[redacted]' },
    serializers: { err: serializeError, error: serializeError },
  };
  return pino(options, destination);
}

/**
 * Not pino's own, which never gives up on a pipe that nobody reads any more: a process whose supervisor was killed
 * would then hang in its exit for ever.
 */
function standardOutput(): { write(line: string): void } {
  if (process.stdout.listenerCount('error', ignore) === 0) process.stdout.on('error', ignore);
  return { write: (line) => process.stdout.write(line) };
}

/** Whoever read the log has gone. */
const ignore = (): void => undefined;

/** Connection strings and SQL parameters hide in messages and extra fields of errors; only these few are kept. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: scrub(String(error)) };
  const code = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    message: scrub(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: scrub(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}

const credentialsInUrl = /(?<scheme>[a-z+]{2,20}:\/\/)[^\s/@]{1,200}@/gi;
const bearer = /(?<scheme>Bearer )[\w.~+/-]+=*/g;
const jsonWebToken = /eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;

function scrub(text: string): string {
  return text
    .replace(credentialsInUrl, '$<scheme>[redacted]@')
    .replace(bearer, '$<scheme>[redacted]')
    .replace(jsonWebToken, '[redacted]');
}
