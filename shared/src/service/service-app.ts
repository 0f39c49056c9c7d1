import express from 'express';
import type { Express, RequestHandler, Router } from 'express';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { Problem } from '../problems/problem.ts';
import { answerNotFound, answerProblems } from './answer-problems.ts';
import { jsonBody } from './json-body.ts';
import { measureRequests } from './measure-requests.ts';
import { operationsRouter, type ReadinessCheck } from './operations.ts';
import { withRequestId } from './request-id.ts';
import { withSecurityHeaders } from './security-headers.ts';

export interface ServiceAppOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly readiness: readonly ReadinessCheck[];
  /**
   * What the service answers. A service builds its routes as one plain `Router`, so that it can stand alone
   * (`[commandRoutes]`) or share a process and a port with others (`[commandRoutes, queryRoutes, webClient]`).
   * Bodies are parsed before them; whatever they throw or reject with is answered as a problem.
   */
  readonly routers: readonly Router[];
  /** How many proxies in front may be believed about the caller's address (`request.ip`). */
  readonly trustedProxyHops?: number;
}

/** The part of an HTTP service that is the same in all of them. */
export function createServiceApp({
  logger,
  metrics,
  readiness,
  routers,
  trustedProxyHops = 0,
}: ServiceAppOptions): Express {
  const app = express();
  app
    .disable('x-powered-by')
    .disable('etag')
    .set('query parser', 'simple')
    .set('trust proxy', trustedProxyHops);
  app.use(withRequestId, withSecurityHeaders, measureRequests(metrics), refuseNul);
  app.use(operationsRouter(metrics, readiness));
  app.use(jsonBody);
  for (const router of routers) app.use(router);
  app.use(answerNotFound, answerProblems(logger));
  return app;
}

/** No name of ours has a NUL, and Postgres would refuse it later with a server error. */
const refuseNul: RequestHandler = (request, _response, next) => {
  if (/%00/.test(request.url)) throw new Problem('malformed', { detail: 'The address contains NUL.' });
  next();
};
