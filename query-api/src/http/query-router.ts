import { Problem } from '@verbatim/shared';
import { Router, type Request, type RequestHandler } from 'express';
import { readMinPosition } from '../consistency/min-position.ts';
import type { Positions } from '../consistency/positions.ts';
import type { ReadSources } from '../sources/read-sources.ts';
import type { Authenticate } from './authenticate.ts';
import type { QueryRoute } from './query-route.ts';

export interface QueryRouterOptions {
  readonly routes: readonly QueryRoute[];
  readonly sources: ReadSources;
  readonly authenticate: Authenticate;
  readonly positions: Positions;
}

/** A query that has no answer by now gets 503, whatever Postgres is doing; its own timeouts end what it began. */
const answerTimeoutMs = 15_000;

/** The routes of a table of queries; everything else falls through to whoever comes next. */
export function queryRouter(options: QueryRouterOptions): Router {
  const router = Router();
  for (const route of options.routes)
    router.get(route.path.replaceAll(/\{(\w+)\}/g, ':$1'), handlerOf(route, options));
  return router;
}

function handlerOf(route: QueryRoute, options: QueryRouterOptions): RequestHandler {
  return async (request, response) => {
    response.json(await inTime(answerTimeoutMs, answerTo(request, route, options)));
  };
}

async function answerTo(
  request: Request,
  route: QueryRoute,
  { sources, authenticate, positions }: QueryRouterOptions,
): Promise<unknown> {
  const { authorization } = request.headers;
  let caller = await authenticate(authorization);
  const minPosition = readMinPosition(request.get('x-min-position'));
  const ask = route.prepare({ parameters: request.params, query: request.query });
  if (minPosition !== undefined) {
    await positions.reached(route.reads, minPosition);
    // What the caller has seen may be that a session ended or a role changed.
    caller = await authenticate(authorization);
  }
  return ask(caller, sources);
}

async function inTime<Answer>(timeoutMs: number, answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Problem('unavailable')), timeoutMs);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
