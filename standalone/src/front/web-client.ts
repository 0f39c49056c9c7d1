import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { packedFiles } from './packed-files.ts';

const webFolder = fileURLToPath(new URL('../../../web/', import.meta.url));
const policySchema = z.object({ contentSecurityPolicy: z.string() });

/** Addresses of programs: what does not exist there is not a page. */
const programPath = /^\/(?:auth|chat|audit|ws|health|metrics|openapi\.json)(?:\/|$)/;

/**
 * The built page: its files, and `index.html` for every other address that a browser asks a page for, since the
 * page has addresses of its own.
 */
export function webClient(folder: string = webFolder): Router {
  const built = path.join(folder, 'dist');
  const { contentSecurityPolicy } = policySchema.parse(
    JSON.parse(readFileSync(path.join(folder, 'csp.json'), 'utf8')),
  );
  const sendPage: RequestHandler = (_request, response) => {
    response.set({ 'Content-Security-Policy': contentSecurityPolicy, 'Cache-Control': 'no-cache' });
    response.sendFile('index.html', { root: built, cacheControl: false });
  };

  const router = Router();
  router.use(
    packedFiles(built),
    express.static(built, { index: false, redirect: false, cacheControl: false, setHeaders: withCaching }),
  );
  router.get('/*address', (request, response, next) => {
    // A browser names HTML when it opens an address; scripts and pictures it asks for with less.
    const wantsPage = request.headers.accept?.includes('text/html') ?? false;
    if (programPath.test(request.path) || !wantsPage) next();
    else sendPage(request, response, next);
  });
  router.get('/', sendPage);
  return router;

  function withCaching(response: express.Response, file: string): void {
    // Names under assets/ carry a hash of what they hold.
    const isHashed = file.startsWith(path.join(built, 'assets') + path.sep);
    response.set('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    response.set('Content-Security-Policy', contentSecurityPolicy);
  }
}
