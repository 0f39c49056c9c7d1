import { requestIdOf, type Logger } from '@verbatim/shared';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Services } from '../services.ts';
import type { Authenticate } from './authenticate.ts';
import { readCookies, refreshCookie } from './cookies.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Answer, RawRequest, Route } from './route.ts';

export interface CommandRouterOptions {
  readonly routes: readonly Route[];
  readonly services: Services;
  readonly authenticate: Authenticate;
  /** Undefined lifts the limits. */
  readonly rateLimits: RateLimits | undefined;
  readonly logger: Logger;
}

/** The routes of the catalogue; everything else falls through to whoever comes next. */
export function commandRouter(options: CommandRouterOptions): Router {
  const router = Router();
  for (const route of options.routes)
    router[route.method](route.path.replaceAll(/\{(\w+)\}/g, ':$1'), handlerOf(route, options));
  return router;
}

function handlerOf(
  route: Route,
  { services, authenticate, rateLimits, logger }: CommandRouterOptions,
): RequestHandler {
  return async (request, response) => {
    const address = request.ip ?? '';
    const isOpen = route.access === 'anybody';
    if (isOpen) rateLimits?.spend(route.rateClass, address, undefined);
    const principal = isOpen ? undefined : await authenticate(request.headers.authorization);
    if (principal !== undefined) rateLimits?.spend(route.rateClass, address, principal.userId);
    const answer = await route.run(services, principal, rawRequest(request, response, address, logger));
    send(response, request.secure, route, answer);
  };
}

/** Longer ones are cut: they go into every event's metadata. */
const maxUserAgentChars = 256;

function rawRequest(request: Request, response: Response, ip: string, logger: Logger): RawRequest {
  return {
    requestId: requestIdOf(response),
    from: {
      ip,
      userAgent: (request.get('user-agent') ?? '').slice(0, maxUserAgentChars).toWellFormed(),
    },
    idempotencyKey: request.get('idempotency-key'),
    origin: request.get('origin'),
    cookies: readCookies(request.headers.cookie),
    logger,
    parameters: request.params,
    query: request.query,
    body: request.body as unknown,
  };
}

function send(response: Response, isSecure: boolean, route: Route, answer: Answer): void {
  if (answer.refreshCookie !== undefined)
    response.append('Set-Cookie', refreshCookie(answer.refreshCookie, isSecure));
  response.statusCode = answer.status ?? route.success;
  if (answer.body === undefined) {
    response.end();
    return;
  }
  // What `response.json` does besides (entity tags, conditional requests) is of no use to answers nobody caches.
  const text = JSON.stringify(answer.body);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text); // as text it leaves in one write with the headers
}
