import type { Services } from '../services.ts';
import type { Authenticate } from './authenticate.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Answer, RawRequest, Route } from './route.ts';

export interface RouteAnswering {
  readonly services: Services;
  readonly authenticate: Authenticate;
  /** Undefined lifts the limits. */
  readonly rateLimits: RateLimits | undefined;
}

/** Who asks, and what: however it got here. */
export interface Asked {
  readonly authorization: string | undefined;
  readonly raw: RawRequest;
}

export type AnswerRoute = (route: Route, asked: Asked) => Promise<Answer>;

/** What every request goes through: its limits, who gave it, its fields, and what it asks for. */
export function answeringRoutes({ services, authenticate, rateLimits }: RouteAnswering): AnswerRoute {
  return async (route, { authorization, raw }) => {
    const { ip } = raw.from;
    const isOpen = route.access === 'anybody';
    if (isOpen) rateLimits?.spend(route.rateClass, ip, undefined);
    const principal = isOpen ? undefined : await authenticate(authorization);
    if (principal !== undefined) rateLimits?.spend(route.rateClass, ip, principal.userId);
    return route.run(services, principal, raw);
  };
}
