import { Problem, recordRoles } from '@verbatim/shared';
import { z } from 'zod';
import { route, type Principal, type RawRequest, type Route, type RouteDefinition } from '../http/route.ts';
import type { Services } from '../services.ts';

interface Definition<
  Parameters extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
> extends Omit<RouteDefinition<Parameters, Query, Body>, 'access' | 'tag' | 'rateClass'> {
  /** What the attempt is called on the record. */
  readonly accessName: string;
}

/** Refusals by which somebody learns, or tried to do, what is not theirs. */
const noted = new Set([403, 404, 409]);

/**
 * A command about the record. Whoever may not give it is refused before anything of it is looked at; that, and whatever
 * else it is refused for, is on the record before they hear of it.
 */
export function recordRoute<
  Parameters extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
>({ accessName, ...definition }: Definition<Parameters, Query, Body>): Route {
  const inner = route({
    ...definition,
    tag: 'The record',
    access: 'record-keepers',
    rateClass: 'change',
  });
  return {
    ...inner,
    run: async (services, principal, raw) => {
      try {
        if (principal !== undefined && !recordRoles.includes(principal.role)) throw new Problem('forbidden');
        return await inner.run(services, principal, raw);
      } catch (error) {
        if (principal !== undefined && error instanceof Problem && noted.has(error.status))
          await noteRefusal(services, principal, raw, accessName);
        throw error;
      }
    },
  };
}

const bodySchema = z.record(z.string(), z.unknown()).catch({});
const namedSchema = z
  .object({ roomId: z.guid().nullable().catch(null), reason: z.string().max(1_000).nullable().catch(null) })
  .catch({ roomId: null, reason: null });
/** Of what was asked; what is longer was not worth an answer either. */
const maxAskedChars = 4_096;

async function noteRefusal(
  { accessLog }: Services,
  { organizationId, userId, sessionId }: Principal,
  { requestId, from, parameters, body }: RawRequest,
  accessName: string,
): Promise<void> {
  const fields = bodySchema.parse(body);
  const { roomId, reason } = namedSchema.parse({ roomId: fields['roomId'], reason: fields['reason'] });
  const asked = { ...bodySchema.parse(parameters), ...fields };
  const told = JSON.stringify(asked);
  await accessLog.note({
    organizationId,
    actorId: userId,
    sessionId,
    from,
    requestId,
    access: accessName,
    roomId,
    isOwnRoom: false,
    allowed: false,
    results: 0,
    range: null,
    asked: told.length > maxAskedChars ? { cut: told.slice(0, maxAskedChars).toWellFormed() } : asked,
    reason,
  });
}
