import { Router } from 'express';
import type { Request, RequestHandler } from 'express';
import type { Metrics } from '../metrics/metrics.ts';
import { Problem } from '../problems/problem.ts';

/** One thing that must work before a service is of use, and what an operator wants to know about it. */
export interface ReadinessCheck {
  readonly name: string;
  readonly check: () => Readiness | Promise<Readiness>;
}

export interface Readiness {
  readonly isReady: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A check that takes longer counts as not ready. */
const checkTimeoutMs = 2_000;

/**
 * `/health/live`, `/health/ready` and `/metrics`. The latter two tell about the inside, so they do not answer what a
 * proxy hands on from outside.
 */
export function operationsRouter(metrics: Metrics, checks: readonly ReadinessCheck[]): Router {
  const router = Router();
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  router.get('/health/ready', refuseForwarded, async (_request, response) => {
    const results = await Promise.all(checks.map(runCheck));
    const isReady = results.every((result) => result.isReady);
    if (!isReady) response.set('Retry-After', '1');
    response
      .status(isReady ? 200 : 503)
      .type('application/json')
      .send(JSON.stringify({ status: isReady ? 'ready' : 'not-ready', checks: results }, bigIntAsText));
  });
  router.get('/metrics', refuseForwarded, async (_request, response) => {
    response.set('Content-Type', metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

const refuseForwarded: RequestHandler = (request, _response, next) => {
  if (isForwarded(request)) throw new Problem('not-found');
  next();
};

function isForwarded(request: Request): boolean {
  return request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
}

async function runCheck({ name, check }: ReadinessCheck): Promise<Readiness & { readonly name: string }> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Readiness>((resolve) => {
    timer = setTimeout(
      () => resolve({ isReady: false, details: { reason: `no answer in ${checkTimeoutMs} ms` } }),
      checkTimeoutMs,
    );
  });
  try {
    return { name, ...(await Promise.race([Promise.resolve(check()), timeout])) };
  } catch (error) {
    return { name, isReady: false, details: { reason: error instanceof Error ? error.name : 'failed' } };
  } finally {
    clearTimeout(timer);
  }
}

/** Positions are BigInt inside and decimal text outside. */
function bigIntAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
