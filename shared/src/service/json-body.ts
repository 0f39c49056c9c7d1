import { isUtf8 } from 'node:buffer';
import express from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { Problem, type ProblemCode } from '../problems/problem.ts';

const maxBodyBytes = 1024 * 1024;
const maxDepth = 32;

/** Bodies are JSON or absent (then `{}`), small enough, flat enough, and cannot touch a prototype. */
export const jsonBody: RequestHandler = (request, response, next) => {
  if (!hasBody(request)) {
    request.body = {};
    next();
    return;
  }
  if (!isUtf8Json(request)) throw new Problem('unsupported-media-type');
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw new Problem('too-large');
  const isPacked = (request.headers['content-encoding'] ?? 'identity') !== 'identity';
  const received = isPacked ? unpacked(request, response) : readBytes(request);
  received.then(parsed).then((body) => {
    request.body = body;
    next();
  }, next);
};

const unpack: RequestHandler = express.raw({ limit: maxBodyBytes, type: () => true });

/** The few that come compressed are left to Express, which bounds what they unpack to. */
function unpacked(request: Request, response: Response): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    unpack(request, response, (error: unknown) => {
      const body: unknown = request.body;
      if (error === undefined && Buffer.isBuffer(body)) resolve(body);
      else reject(new Problem(packingFaultOf(error), { cause: error }));
    });
  });
}

/** What Express' parser calls its errors; all else is what zlib says of broken bytes. */
function packingFaultOf(error: unknown): ProblemCode {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') return 'too-large';
  return type === 'encoding.unsupported' ? 'unsupported-media-type' : 'malformed';
}

/** Several times cheaper than a parser for every encoding there is. What is too much is read on and dropped. */
function readBytes(request: Request): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      reject(new Problem('too-large'));
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', (cause) => reject(new Problem('malformed', { cause })));
    request.on('close', () => {
      if (!request.complete) reject(new Problem('malformed', { detail: 'The request ended too early.' }));
    });
  });
}

/** @throws Problem when it is not JSON, is no object or list, or is out of bounds. */
function parsed(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  if (!isUtf8(bytes)) throw new Problem('malformed'); // it would be changed on the way in
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new Problem('malformed', { cause });
  }
  if (typeof body !== 'object' || body === null) throw new Problem('malformed');
  checkShape(body);
  return body;
}

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
