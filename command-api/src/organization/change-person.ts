import { Problem, type changeUserBody } from '@verbatim/shared';
import type { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { problemOf } from '../deciding/command-runner.ts';
import { contextOf } from '../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../http/route.ts';
import type { Services } from '../services.ts';
import { decideOrganization } from './decide-organization.ts';
import { finishDepartureSoon, noteDeparture } from './departure.ts';
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
  const command = { type: 'ChangeUser', actorId: context.actorId, userId, ...request.body } as const;
  const isDeparture = request.body.active === false;
  if (isDeparture) {
    const decision = decideOrganization(command, await services.states.organization(organizationId, 'now'));
    if (!decision.accepted) throw problemOf(decision.rejection);
    await noteDeparture(services, context, userId);
  }
  const outcome = await runOnOrganization(services, context, command);
  if (isDeparture) await finishDepartureSoon(services, context, userId);
  return answerOf(userId, outcome);
}
