import { z } from 'zod';
import { parseSigningKeys } from '../tokens/signing-keys.ts';
import { parseCheckpointKey } from './checkpoint-key.ts';

/**
 * The environment variables that services share, each with its schema. A service takes those it needs:
 * `readConfiguration({ PORT: environment.PORT, DATABASE_URL: environment.DATABASE_URL }, process.env)`;
 * what `npm start` provides itself is `.optional()` there.
 */
export const environment = {
  PORT: z.string().default('8080').transform(toPort),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]{1,255}$/, 'must be a host name or an IP address')
    .default('127.0.0.1'),
  VERBATIM_DATA_DIR: z.string().default('./data'),
  EVENTSTORE_URL: z.string().regex(/^esdb(?:\+discover)?:\/\/\S+$/, 'must be an esdb:// connection string'),
  DATABASE_URL: z.string().regex(/^postgres(?:ql)?:\/\/\S+$/, 'must be a postgres:// connection string'),
  /** For whoever only asks: a role that may read and not write. Left out, `DATABASE_URL` is asked. */
  DATABASE_READER_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\/\S+$/, 'must be a postgres:// connection string')
    .optional(),
  NATS_URL: z
    .string()
    .regex(/^(?:nats|tls):\/\/\S+$/, 'must be a nats:// connection string')
    .optional(),
  VERBATIM_SIGNING_KEY: z.string().transform(parsedBy(parseSigningKeys)),
  VERBATIM_CHECKPOINT_KEY: z.string().transform(parsedBy(parseCheckpointKey)),
  VERBATIM_MASTER_KEY: z.string().transform(parsedBy(parseMasterKey)),
  CHECKPOINT_ANCHOR_DIR: z.string().optional(),
  /** Left out: the origins of this machine, see `allowedOrigins`. */
  ALLOWED_ORIGINS: z.string().transform(parsedBy(parseOrigins)).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  VERBATIM_RATE_LIMITS: z.enum(['on', 'off']).default('on'),
};

/** The origins that browsers may call from: those configured, else this machine's own at the port. */
export function allowedOrigins(configured: readonly string[] | undefined, port: number): readonly string[] {
  return configured ?? [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function toPort(text: string, context: z.core.$RefinementCtx<string>): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  context.addIssue({ code: 'custom', message: 'must be a whole number from 0 to 65535' });
  return z.NEVER;
}

function parsedBy<Parsed>(parse: (text: string) => Parsed) {
  return (text: string, context: z.core.$RefinementCtx<string>): Parsed => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: error instanceof Error ? error.message : 'cannot be read',
      });
      return z.NEVER;
    }
  };
}

function parseMasterKey(text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (!/^[A-Za-z0-9+/]{43}=?$/.test(text.trim()) || key.length !== 32)
    throw new Error('must be 32 bytes in base64');
  if (key.every((byte) => byte === key[0])) throw new Error('must be random');
  return key;
}

function parseOrigins(text: string): readonly string[] {
  const origins = text.split(',').map((origin) => origin.trim());
  for (const origin of origins)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new Error('must be origins such as https://chat.example.org, separated by commas');
  return origins;
}
