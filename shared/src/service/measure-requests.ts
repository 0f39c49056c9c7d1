import type { Request, RequestHandler } from 'express';
import type { Metrics } from '../metrics/metrics.ts';

/** Measures every request under its route's pattern, never its address, so that ids do not multiply the series. */
export function measureRequests(metrics: Metrics): RequestHandler {
  const durations = metrics.histogram('http_request_duration_seconds', 'Time until the answer was sent.', [
    'method',
    'route',
    'status',
  ]);
  return (request, response, next) => {
    const stop = durations.startTimer();
    response.on('close', () => {
      const status = response.writableFinished ? String(response.statusCode) : 'aborted';
      stop({ method: knownMethod(request.method), route: routeOf(request), status });
    });
    next();
  };
}

function routeOf(request: Request): string {
  const route: unknown = request.route;
  if (typeof route !== 'object' || route === null || !('path' in route)) return 'unmatched';
  return request.baseUrl + String(route.path);
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function knownMethod(method: string): string {
  return methods.has(method) ? method : 'other';
}
