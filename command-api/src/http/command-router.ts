import { requestIdOf, type Logger } from '@verbatim/shared';
import { Router, type Request, type Response } from 'express';
import type { AnswerRoute } from './answer-route.ts';
import { readCookies, refreshCookie } from './cookies.ts';
import type { Answer, RawRequest, Route } from './route.ts';
import { usedUserAgent } from './user-agent.ts';

/** The routes of the catalogue; everything else falls through to whoever comes next. */
export function commandRouter(routes: readonly Route[], answer: AnswerRoute, logger: Logger): Router {
  const router = Router();
  for (const route of routes)
    router[route.method](
      route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      async (request: Request, response: Response) => {
        const { authorization } = request.headers;
        const raw = rawRequest(request, response, logger);
        send(response, request.secure, route, await answer(route, { authorization, raw }));
      },
    );
  return router;
}

function rawRequest(request: Request, response: Response, logger: Logger): RawRequest {
  return {
    requestId: requestIdOf(response),
    from: { ip: request.ip ?? '', userAgent: usedUserAgent(request.get('user-agent') ?? '') },
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
