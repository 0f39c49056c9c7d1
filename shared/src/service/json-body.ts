import { isUtf8 } from 'node:buffer';
import express from 'express';
import type { Request, RequestHandler } from 'express';
import { Problem } from '../problems/problem.ts';

const maxBodyBytes = 1024 * 1024;
const maxDepth = 32;

/** Bodies are JSON or absent (then `{}`), small enough, flat enough, and cannot touch a prototype. */
export const jsonBody: readonly RequestHandler[] = [
  (request, _response, next) => {
    if (hasBody(request) && !isUtf8Json(request)) throw new Problem('unsupported-media-type');
    next();
  },
  express.json({
    limit: maxBodyBytes,
    type: 'application/json',
    verify: (_request, _response, bytes) => {
      if (!isUtf8(bytes)) throw new Error('not UTF-8'); // it would be changed on the way in
    },
  }),
  (request, _response, next) => {
    const body: unknown = request.body;
    if (body === undefined) request.body = {};
    else checkShape(body);
    next();
  },
];

function hasBody(request: Request): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}

function isUtf8Json(request: Request): boolean {
  const charset = /charset\s*=\s*"?(?<name>[^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.groups
    ?.name;
  return request.is('application/json') !== false && (charset ?? 'utf-8').toLowerCase() === 'utf-8';
}

/** Walks level by level, so that no depth overflows the stack. */
function checkShape(body: unknown): void {
  let level = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth)
      throw new Problem('invalid', { detail: `JSON may be at most ${maxDepth} levels deep.` });
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      if (Object.hasOwn(value, '__proto__'))
        throw new Problem('invalid', { errors: [{ path: '__proto__', message: 'is not a known field' }] });
      for (const inner of Object.values(value))
        if (typeof inner === 'object' && inner !== null) below.push(inner);
    }
    level = below;
  }
}
