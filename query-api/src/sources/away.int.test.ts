import { generateKeyPairSync } from 'node:crypto';
import {
  createLogger,
  createMetrics,
  createServiceApp,
  createTokenSigner,
  listen,
  newId,
  parseSigningKeys,
  problemSchema,
} from '@verbatim/shared';
import { freshDatabase } from '@verbatim/testing';
import { describe, expect, it } from 'vitest';
import { createQueryApi } from '../create-query-api.ts';
import { send } from '../testing/person.ts';

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  format: 'pem',
  type: 'pkcs8',
});
const signingKeys = parseSigningKeys(String(pem));
const logger = createLogger({ name: 'test', level: 'silent' });

/** What the query API over this database says to somebody with a good token, and about itself. */
async function answersOver(databaseUrl: string) {
  const api = await createQueryApi({ databaseUrl, signingKeys, logger });
  const metrics = createMetrics('query-api');
  const app = createServiceApp({ logger, metrics, readiness: api.readiness, routers: [api.router] });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  const origin = `http://127.0.0.1:${listening.port}`;
  const claims = { userId: newId(), organizationId: newId(), sessionId: newId(), role: 'member' } as const;
  const token = createTokenSigner(signingKeys).sign(claims);
  try {
    const question = await send(origin, 'GET', '/chat/rooms', { token });
    const readiness = await send(origin, 'GET', '/health/ready');
    return { question, readiness };
  } finally {
    await listening.stop();
    await api.stop();
  }
}

describe('without Postgres', () => {
  it('questions are answered 503, soon, and so is readiness', async () => {
    const startedAt = performance.now();
    const { question, readiness } = await answersOver('postgres://nobody@127.0.0.1:1/none');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect([question.status, question.headers.get('retry-after')]).toEqual([503, '1']);
    expect(problemSchema.parse(question.body).code).toBe('unavailable');
    expect(readiness.status).toBe(503);
  });
});

describe('before anything was projected', () => {
  it('questions are answered 503, and so is readiness', async () => {
    const database = await freshDatabase();
    const { question, readiness } = await answersOver(database.url);
    await database.drop();
    expect([question.status, problemSchema.parse(question.body).code]).toEqual([503, 'unavailable']);
    expect(readiness.status).toBe(503);
  });
});
