import { callerOf, Problem, recordRoles, requestIdOf, type Access, type Caller } from '@verbatim/shared';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { readMinPosition } from '../../consistency/min-position.ts';
import type { RecordServices } from '../record-services.ts';
import { refusalWindowMs, Refusals } from './refusals.ts';
import type { Answered, AskedRoom, AuditedRoute, PreparedQuestion, Streamed } from './audited-route.ts';
import { sendStream } from './send-stream.ts';

/** Everything about the record answers here: to owners and compliance only, and never before it is on the record. */
export function auditedRouter(routes: readonly AuditedRoute[], services: RecordServices): Router {
  const router = Router();
  for (const route of routes)
    router.get(route.path.replaceAll(/\{(\w+)\}/g, ':$1'), handlerOf(route, services));
  return router;
}

function handlerOf(route: AuditedRoute, services: RecordServices): RequestHandler {
  return async (request, response) => {
    const caller = await admitted(request, response, route, services);
    let access = noteOf(request, response, route, caller);
    let answered: Answered;
    try {
      await waitForPosition(request, services);
      const question = route.prepare({ parameters: request.params, query: request.query });
      access = { ...access, reason: question.reason };
      const room = await question.roomOf(caller, services);
      access = { ...access, ...roomPart(room) };
      refuseUnseen(room, question);
      answered = await question.ask(caller, services);
    } catch (error) {
      if (error instanceof Problem && error.status < 500)
        await services.accessLog.note({ ...access, allowed: false, results: 0 });
      throw error;
    }
    const range = 'stream' in answered ? answered.range : null;
    await services.accessLog.note({ ...access, allowed: true, results: answered.results, range });
    if ('body' in answered) response.json(answered.body);
    else await send(response, answered, caller, services);
  };
}

async function send(
  response: Response,
  { stream, headers, isStillThere }: Streamed,
  caller: Caller,
  services: RecordServices,
): Promise<void> {
  response.set(headers);
  response.flushHeaders();
  const mayGoOn = async (): Promise<boolean> =>
    (await mayStillLook(caller, services)) && (isStillThere === undefined || (await isStillThere()));
  await sendStream(response, stream, mayGoOn);
}

/** What is streamed may take hours: whoever is let go, logged out or loses the role meanwhile sees no more of it. */
async function mayStillLook(caller: Caller, { sources }: RecordServices): Promise<boolean> {
  const now = await callerOf(sources.gate, caller);
  return now !== undefined && recordRoles.includes(now.role);
}

/**
 * Whoever asks, if their role lets them. Before somebody is refused, and that goes on the record, the newest roles are
 * waited for.
 * @throws Problem `forbidden`
 */
async function admitted(
  request: Request,
  response: Response,
  route: AuditedRoute,
  services: RecordServices,
): Promise<Caller> {
  const { authorization } = request.headers;
  const caller = await services.authenticate(authorization);
  if (recordRoles.includes(caller.role)) return caller;
  await services.positions.reached(['chat'], (await services.eventStore.head()) ?? 0n);
  const now = await services.authenticate(authorization);
  if (recordRoles.includes(now.role)) return now;
  if (!refusals.take(`${now.organizationId}|${now.userId}`))
    throw new Problem('rate-limited', { retryAfterSeconds: refusalWindowMs / 1_000 });
  const access = noteOf(request, response, route, now);
  await services.accessLog.note({ ...access, allowed: false, results: 0 });
  throw new Problem('forbidden');
}

async function waitForPosition(request: Request, { positions }: RecordServices): Promise<void> {
  const minPosition = readMinPosition(request.get('x-min-position'));
  if (minPosition !== undefined) await positions.reached(['record', 'chat', 'directory'], minPosition);
}

const refusals = new Refusals();

type Note = Omit<Access, 'allowed' | 'results'>;

/** Longer ones are cut: they go into every event's metadata. */
const maxUserAgentChars = 256;

function noteOf(
  request: Request,
  response: Response,
  route: AuditedRoute,
  { organizationId, userId, sessionId }: Caller,
): Note {
  return {
    organizationId,
    actorId: userId,
    sessionId,
    from: {
      ip: request.ip ?? '',
      userAgent: (request.get('user-agent') ?? '').slice(0, maxUserAgentChars).toWellFormed(),
    },
    requestId: requestIdOf(response),
    access: route.accessName,
    roomId: null,
    isOwnRoom: false,
    range: null,
    asked: { path: request.path, ...request.query },
    reason: null,
  };
}

function roomPart(room: AskedRoom): Pick<Note, 'roomId' | 'isOwnRoom'> {
  return room.kind === 'none'
    ? { roomId: null, isOwnRoom: false }
    : { roomId: room.roomId, isOwnRoom: room.facts !== undefined };
}

/** @throws Problem `not-found` for what is not of the organization, `reason-required` for what takes one. */
function refuseUnseen(room: AskedRoom, { reason }: PreparedQuestion): void {
  if (room.kind === 'none') return;
  if (room.facts === undefined) throw new Problem('not-found');
  if (!room.facts.wasAlwaysPublic && reason === null) throw new Problem('reason-required');
}
