import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { encodeCheckpointKey } from './checkpoint-key.ts';
import { allowedOrigins, environment } from './fields.ts';
import { readConfiguration } from './read-configuration.ts';

const pem = (namedCurve: string): string =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const problemsOf = (fields: z.core.$ZodShape, env: Record<string, string>): readonly string[] => {
  const result = readConfiguration(fields, env);
  return result.ok ? [] : result.problems;
};

describe('the configuration', () => {
  it('takes the defaults of an empty environment', () => {
    const { PORT, HOST, VERBATIM_DATA_DIR, LOG_LEVEL, VERBATIM_RATE_LIMITS } = environment;
    const result = readConfiguration(
      { PORT, HOST, VERBATIM_DATA_DIR, LOG_LEVEL, VERBATIM_RATE_LIMITS },
      { PORT: '' },
    );
    expect(result).toEqual({
      ok: true,
      configuration: {
        PORT: 8080,
        HOST: '127.0.0.1',
        VERBATIM_DATA_DIR: './data',
        LOG_LEVEL: 'info',
        VERBATIM_RATE_LIMITS: 'on',
      },
    });
  });

  it('names every bad and every missing variable in one line each', () => {
    const { PORT, DATABASE_URL, EVENTSTORE_URL } = environment;
    expect(
      problemsOf({ PORT, DATABASE_URL, EVENTSTORE_URL }, { PORT: '70000', DATABASE_URL: 'mysql://x' }),
    ).toEqual([
      'PORT: must be a whole number from 0 to 65535',
      'DATABASE_URL: must be a postgres:// connection string',
      'EVENTSTORE_URL: is required',
    ]);
  });

  it.each(['-1', '1.5', '8e3', ' 80', 'http'])('refuses %j as a port', (port) => {
    expect(problemsOf({ PORT: environment.PORT }, { PORT: port })).toHaveLength(1);
  });

  it('lifts the rate limits on loopback only', () => {
    const { HOST, VERBATIM_RATE_LIMITS } = environment;
    const fields = { HOST, VERBATIM_RATE_LIMITS };
    expect(problemsOf(fields, { VERBATIM_RATE_LIMITS: 'off' })).toEqual([]);
    expect(problemsOf(fields, { VERBATIM_RATE_LIMITS: 'off', HOST: '::1' })).toEqual([]);
    expect(problemsOf(fields, { VERBATIM_RATE_LIMITS: 'off', HOST: '0.0.0.0' })).toEqual([
      'VERBATIM_RATE_LIMITS: may be off only while HOST is a loopback address',
    ]);
  });

  it('reads several signing keys, of which the first signs', () => {
    const env = { VERBATIM_SIGNING_KEY: `${pem('P-256')}${pem('P-256')}`.replaceAll('\n', '\\n') };
    const result = readConfiguration({ VERBATIM_SIGNING_KEY: environment.VERBATIM_SIGNING_KEY }, env);
    if (!result.ok) throw new Error(result.problems.join());
    const { signing, verification } = result.configuration.VERBATIM_SIGNING_KEY;
    expect(verification).toHaveLength(2);
    expect(verification[0]?.kid).toBe(signing.kid);
    expect(verification[1]?.kid).not.toBe(signing.kid);
  });

  it('never repeats a secret that it refuses', () => {
    const fields = {
      VERBATIM_SIGNING_KEY: environment.VERBATIM_SIGNING_KEY,
      VERBATIM_MASTER_KEY: environment.VERBATIM_MASTER_KEY,
      VERBATIM_CHECKPOINT_KEY: environment.VERBATIM_CHECKPOINT_KEY,
    };
    const wrongCurve = pem('P-384');
    const problems = problemsOf(fields, {
      VERBATIM_SIGNING_KEY: wrongCurve,
      VERBATIM_MASTER_KEY: 'c2hvcnQtc2VjcmV0',
      VERBATIM_CHECKPOINT_KEY: 'PRIVATE+KEY+secret',
    });
    expect(problems).toEqual([
      'VERBATIM_SIGNING_KEY: must be a P-256 key (ES256)',
      'VERBATIM_MASTER_KEY: must be 32 bytes in base64',
      'VERBATIM_CHECKPOINT_KEY: must be a signed-note key: PRIVATE+KEY+<name>+<hash>+<base64>',
    ]);
  });

  it('reads the master key and the checkpoint key', () => {
    const master = randomBytes(32);
    const result = readConfiguration(
      {
        VERBATIM_MASTER_KEY: environment.VERBATIM_MASTER_KEY,
        VERBATIM_CHECKPOINT_KEY: environment.VERBATIM_CHECKPOINT_KEY,
      },
      {
        VERBATIM_MASTER_KEY: master.toString('base64'),
        VERBATIM_CHECKPOINT_KEY: encodeCheckpointKey('verbatim.example', randomBytes(32)),
      },
    );
    if (!result.ok) throw new Error(result.problems.join());
    expect(result.configuration.VERBATIM_MASTER_KEY).toEqual(master);
    expect(result.configuration.VERBATIM_CHECKPOINT_KEY.name).toBe('verbatim.example');
  });

  it('refuses a master key that is not random', () => {
    const zeroes = Buffer.alloc(32).toString('base64');
    expect(
      problemsOf({ VERBATIM_MASTER_KEY: environment.VERBATIM_MASTER_KEY }, { VERBATIM_MASTER_KEY: zeroes }),
    ).toEqual(['VERBATIM_MASTER_KEY: must be random']);
  });

  it.each(['*', 'null', 'https://chat.example.org/', 'chat.example.org', 'https://a.example,'])(
    'refuses %j as an origin',
    (text) => {
      expect(
        problemsOf({ ALLOWED_ORIGINS: environment.ALLOWED_ORIGINS }, { ALLOWED_ORIGINS: text }),
      ).toHaveLength(1);
    },
  );

  it('allows the configured origins, else those of this machine', () => {
    expect(allowedOrigins(['https://chat.example.org'], 8080)).toEqual(['https://chat.example.org']);
    expect(allowedOrigins(undefined, 9000)).toEqual(['http://localhost:9000', 'http://127.0.0.1:9000']);
  });
});
