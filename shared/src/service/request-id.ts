import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

const acceptable = /^[A-Za-z0-9._-]{8,128}$/;

/** Gives every request an id: the caller's own `X-Request-Id`, where it is harmless, else a new one. */
export const withRequestId: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  response.set('X-Request-Id', given !== undefined && acceptable.test(given) ? given : randomUUID());
  next();
};

/** The id that this request is known by in answers, logs and the metadata of its events. */
export function requestIdOf(response: Response): string {
  return response.get('X-Request-Id') ?? '';
}
