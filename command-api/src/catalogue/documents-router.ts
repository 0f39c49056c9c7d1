import { openApiDocument, type RouteDescription } from '@verbatim/shared';
import { Router } from 'express';
import type { RateLimits } from '../http/rate-limits.ts';
import { apiPage, apiPageStyle } from './api-page.ts';

const version = '1';
const pagePolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What the whole origin answers, for programs at `/openapi.json` and for people at `/docs`. */
export function documentsRouter(
  routes: readonly RouteDescription[],
  rateLimits: RateLimits | undefined,
): Router {
  // Made for the first who asks: it is a good part of a start, and a start is what everybody waits for.
  let document: ReturnType<typeof openApiDocument> | undefined;
  let page: string | undefined;
  return Router()
    .use(['/openapi.json', '/docs'], (request, response, next) => {
      rateLimits?.spend('document', request.ip ?? '', undefined);
      response.set('Content-Security-Policy', pagePolicy);
      next();
    })
    .get(
      '/openapi.json',
      (_request, response) => void response.json((document ??= openApiDocument(routes, version))),
    )
    .get('/docs', (_request, response) => void response.type('html').send((page ??= apiPage(routes))))
    .get('/docs/style.css', (_request, response) => void response.type('css').send(apiPageStyle));
}
