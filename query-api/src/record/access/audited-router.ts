import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem, recordRoles, requestIdOf, type Access, type Caller } from '@verbatim/shared';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { readMinPosition } from '../../consistency/min-position.ts';
import type { RecordServices } from '../record-services.ts';
import type { Answered, AskedRoom, AuditedRoute, PreparedQuestion } from './audited-route.ts';

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
    await waitForPosition(request, services);
    const question = route.prepare({ parameters: request.params, query: request.query });
    const access = noteOf(request, response, route, caller, question.reason);
    const room = await question.roomOf(caller, services);
    await refuseUnseen(room, question, access, services);
    const answered = await answer(question, caller, access, room, services);
    await services.accessLog.note({
      ...access,
      ...roomPart(room),
      allowed: true,
      results: answered.results,
      range: 'stream' in answered ? answered.range : null,
    });
    await send(response, answered);
  };
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
  const access = noteOf(request, response, route, now, null);
  await services.accessLog.note({ ...access, allowed: false, results: 0 });
  throw new Problem('forbidden');
}

async function waitForPosition(request: Request, { positions }: RecordServices): Promise<void> {
  const minPosition = readMinPosition(request.get('x-min-position'));
  if (minPosition !== undefined) await positions.reached(['record', 'chat', 'directory'], minPosition);
}

type Note = Omit<Access, 'allowed' | 'results'>;

/** Longer ones are cut: they go into every event's metadata. */
const maxUserAgentChars = 256;

function noteOf(
  request: Request,
  response: Response,
  route: AuditedRoute,
  { organizationId, userId, sessionId }: Caller,
  reason: string | null,
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
    reason,
  };
}

function roomPart(room: AskedRoom): Pick<Note, 'roomId' | 'isOwnRoom'> {
  return room.kind === 'none'
    ? { roomId: null, isOwnRoom: false }
    : { roomId: room.roomId, isOwnRoom: room.facts !== undefined };
}

/** @throws Problem `not-found` for what is not of the organization, `reason-required` for what takes one. */
async function refuseUnseen(
  room: AskedRoom,
  { reason }: PreparedQuestion,
  access: Note,
  { accessLog }: RecordServices,
): Promise<void> {
  if (room.kind === 'none') return;
  const isKnown = room.facts !== undefined;
  if (isKnown && (room.facts.wasAlwaysPublic || reason !== null)) return;
  await accessLog.note({ ...access, ...roomPart(room), allowed: false, results: 0 });
  throw new Problem(isKnown ? 'reason-required' : 'not-found');
}

/** What is refused on a closer look is on the record too. */
async function answer(
  question: PreparedQuestion,
  caller: Caller,
  access: Note,
  room: AskedRoom,
  services: RecordServices,
): Promise<Answered> {
  try {
    return await question.ask(caller, services);
  } catch (error) {
    if (error instanceof Problem && error.status === 404)
      await services.accessLog.note({ ...access, ...roomPart(room), allowed: false, results: 0 });
    throw error;
  }
}

async function send(response: Response, answered: Answered): Promise<void> {
  if ('body' in answered) {
    response.json(answered.body);
    return;
  }
  response.set(answered.headers);
  response.flushHeaders();
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    await pipeline(Readable.from(answered.stream(gone.signal), { objectMode: true }), response);
  } catch (error) {
    if (!gone.signal.aborted || response.writableFinished) throw error;
  }
}
