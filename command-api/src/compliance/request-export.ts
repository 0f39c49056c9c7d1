import {
  canonicalJson,
  createdId,
  newId,
  present,
  Problem,
  streamOf,
  type AuditEvent,
  type requestExportBody,
} from '@verbatim/shared';
import type { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { accept } from '../deciding/decision.ts';
import { contextOf } from '../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../http/route.ts';
import type { Services } from '../services.ts';
import { ownRooms } from './holds.ts';

/**
 * Puts on the record that an export is wanted, of the log as it is now; who asks later for the same gets another. The
 * query side makes it from there.
 */
export async function requestExport(
  services: Services,
  request: AuthenticatedRequest<unknown, unknown, z.output<typeof requestExportBody>>,
): Promise<Answer> {
  const { eventStore, states, keyring, runner } = services;
  const { format, reason, ...filters } = request.body;
  const { organizationId } = request.principal;
  const { roomId, actorId } = filters;
  if (roomId !== undefined && !(await ownRooms(services, organizationId, [roomId])).has(roomId))
    throw new Problem('not-found');
  if (actorId !== undefined && !(await states.members(organizationId, 'now')).has(actorId))
    throw new Problem('not-found');
  const context = await contextOf(request, 'RequestExport', keyring);
  const exportId = context.fingerprint === undefined ? newId() : createdId(context);
  const requested: AuditEvent = {
    type: 'ExportRequested',
    data: { exportId, format, untilPosition: String((await eventStore.head()) ?? 0n) },
    content: present({ asked: canonicalJson(filters), reason }),
  };
  const outcome = await runner.run(context, {
    streams: states.audits,
    stream: streamOf.audit(organizationId),
    roomId,
    world: () => Promise.resolve(undefined),
    decide: () => accept(requested),
    atAnyRevision: true,
  });
  return answerOf(exportId, outcome);
}
