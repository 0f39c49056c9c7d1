import { Problem, utcDay, type RetentionPreviewView, type setRetentionBody } from '@verbatim/shared';
import type { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../http/route.ts';
import { runOnOrganization } from '../organization/run-on-organization.ts';
import type { Services } from '../services.ts';
import { ownRooms } from './holds.ts';
import { previewRetention } from './preview-retention.ts';
import { messagesByDay, reachOfHolds } from './record-facts.ts';
import { lastExpiredDay } from './retention-day.ts';

type Request = AuthenticatedRequest<unknown, unknown, z.output<typeof setRetentionBody>>;

export async function setRetention(services: Services, request: Request): Promise<Answer> {
  const { roomId = null, days, dryRun } = request.body;
  const { organizationId } = request.principal;
  const isOwnRoom = roomId === null || (await ownRooms(services, organizationId, [roomId])).has(roomId);
  if (dryRun === true) return preview(services, request, isOwnRoom);
  const context = await contextOf(request, 'SetRetention', services.keyring);
  const command = { type: 'SetRetention', actorId: context.actorId, roomId, days, isOwnRoom } as const;
  const outcome = await runOnOrganization(services, context, command);
  services.retention.soon(organizationId);
  return answerOf(roomId ?? organizationId, outcome);
}

/** Numbers tell of content too: the look is on the record before it is answered. */
async function preview(services: Services, request: Request, isOwnRoom: boolean): Promise<Answer> {
  const { roomId = null, days } = request.body;
  const { organizationId, userId, sessionId } = request.principal;
  if (!isOwnRoom) throw new Problem('not-found');
  const state = await services.states.organization(organizationId, 'now');
  const throughDay = days === null ? null : lastExpiredDay(days, utcDay(new Date().toISOString()));
  const [counts, reach] =
    throughDay === null
      ? [[], new Map<string, Set<string>>()]
      : await Promise.all([
          messagesByDay(services, state, roomId, throughDay),
          reachOfHolds(services, state),
        ]);
  const body: RetentionPreviewView = previewRetention(state, { roomId, throughDay }, counts, reach);
  await services.accessLog.note({
    organizationId,
    actorId: userId,
    sessionId,
    from: request.from,
    requestId: request.requestId,
    access: 'retention-preview',
    roomId,
    isOwnRoom: roomId !== null,
    allowed: true,
    results: body.rooms.length,
    range: null,
    asked: { roomId, days },
    reason: null,
  });
  return { body };
}
