import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from '../logging/logger.ts';
import { Problem } from '../problems/problem.ts';
import { problemOf } from './problem-of.ts';
import { requestIdOf } from './request-id.ts';

export const answerNotFound: RequestHandler = () => {
  throw new Problem('not-found');
};

/** Every error becomes `application/problem+json` (RFC 9457); the cause of a 5xx goes to the log alone. */
export function answerProblems(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = problemOf(error);
    const requestId = requestIdOf(response);
    if (problem.status >= 500)
      logger.error({ err: error, requestId, method: request.method, code: problem.code }, 'request failed');
    if (response.headersSent) {
      request.socket.destroy(); // part of the answer is out: only a cut tells the caller that it is not whole
      return;
    }
    if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
    if (problem.retryAfterSeconds !== undefined)
      response.set('Retry-After', String(Math.ceil(problem.retryAfterSeconds)));
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toDetails(requestId)));
  };
}
