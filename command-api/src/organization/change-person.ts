import { Problem, type changeUserBody } from '@verbatim/shared';
import type { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../http/route.ts';
import type { Services } from '../services.ts';
import { finishDeparture, noteDeparture } from './departure.ts';
import { runOnOrganization } from './run-on-organization.ts';

type ChangeRequest = AuthenticatedRequest<
  { organizationId: string; userId: string },
  unknown,
  z.output<typeof changeUserBody>
>;

/** Whoever is let go has no session left when this is answered. */
export async function changePerson(services: Services, request: ChangeRequest): Promise<Answer> {
  const { organizationId, userId } = request.parameters;
  if (organizationId !== request.principal.organizationId) throw new Problem('not-found');
  const context = await contextOf(request, 'ChangeUser', services.keyring);
  const isDeparture = request.body.active === false;
  if (isDeparture) await noteDeparture(services, context, userId);
  const command = { type: 'ChangeUser', actorId: context.actorId, userId, ...request.body } as const;
  const outcome = await runOnOrganization(services, context, command);
  if (isDeparture) await finishDeparture(services, context, userId);
  return answerOf(userId, outcome);
}
