import { setTimeout as delay } from 'node:timers/promises';
import {
  createdId,
  decodeEvent,
  newId,
  Problem,
  streamOf,
  type ExistingOrganization,
  type OrganizationEvent,
  type OrganizationState,
  type requestErasureBody,
} from '@verbatim/shared';
import type { z } from 'zod';
import { answerOf } from '../../deciding/answer.ts';
import { problemOf } from '../../deciding/command-runner.ts';
import { reject, type Decision } from '../../deciding/decision.ts';
import { contextOf } from '../../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../../http/route.ts';
import { decideOrganization } from '../../organization/decide-organization.ts';
import { noteDeparture } from '../../organization/departure.ts';
import type { Services } from '../../services.ts';
import { organizationKind } from '../../streams/kinds.ts';
import { reachOfHolds, staysOf } from '../record-facts.ts';
import { eraseContent } from './erasure-job.ts';
import { noteErasure } from './erasure-rows.ts';

type Request = AuthenticatedRequest<unknown, unknown, z.output<typeof requestErasureBody>>;

/** No process opens anything with a key for longer than this after it was told that the person is erased. */
const openingsEndWithinMs = 1_100;
const readModelsWithinMs = 8_000;

/**
 * Answers once nothing that the person wrote or is called can be read any more; what is left of it on the disk goes
 * after that. Whoever asks again for the same person gets the same erasure.
 */
export async function requestErasure(services: Services, request: Request): Promise<Answer> {
  const { states, runner, database, readModels } = services;
  const { userId, reason } = request.body;
  const context = await contextOf(request, 'RequestErasure', services.keyring);
  const { organizationId, actorId, commandId } = context;
  const decideAs = async (
    erasureId: string,
    state: OrganizationState,
  ): Promise<Decision<OrganizationEvent>> => {
    if (state.status === 'none') return reject('not-found');
    const asked = { type: 'RequestErasure', actorId, erasureId, userId, reason } as const;
    const alone = decideOrganization({ ...asked, stays: [], reach: new Map() }, state);
    // Where the person was matters only if there are holds that may cover it.
    if (!alone.accepted || alone.events.length === 0 || state.holds.size === 0) return alone;
    const [stays, reach] = await Promise.all([
      staysOf(services, organizationId, userId),
      reachOfHolds(services, state),
    ]);
    return decideOrganization({ ...asked, stays, reach }, state);
  };

  const wishedId = context.fingerprint === undefined ? newId() : createdId(context);
  const state = await states.organization(organizationId, 'now');
  const decision = await decideAs(wishedId, state);
  if (!decision.accepted) throw await refusal(services, state, decision);
  const wished = { erasureId: wishedId, organizationId, userId, commandId };
  const erasure = await noteErasure(database, wished);
  const { erasureId } = erasure;
  await noteDeparture(services, context, userId);
  const outcome = await runner.run(context, {
    streams: states.organizations,
    stream: streamOf.organization(organizationId),
    world: () => Promise.resolve(undefined),
    decide: (newest) => decideAs(erasureId, newest),
  });
  const openingsEnd = delay(openingsEndWithinMs, undefined, { ref: false });
  const position = await eraseContent(services, erasure);
  await readModels.reached(['chat', 'directory', 'search'], position, readModelsWithinMs);
  await openingsEnd;
  services.finishErasures();
  return answerOf(erasureId, outcome);
}

/** Whoever is refused for a hold learns which one it is. */
async function refusal(
  services: Services,
  state: ExistingOrganization,
  { rejection }: Extract<Decision<never>, { accepted: false }>,
): Promise<Problem> {
  const problem = problemOf(rejection);
  if (rejection.holdId === undefined) return problem;
  const name = await nameOfHold(services, state.organizationId, rejection.holdId);
  const detail = `The legal hold “${name ?? ''}” (${rejection.holdId}) covers it.`;
  return new Problem('held', { detail });
}

async function nameOfHold(
  { eventStore, keyring, sealer }: Services,
  organizationId: string,
  holdId: string,
): Promise<string | undefined> {
  await keyring.prepare(organizationId, ['organization']);
  for await (const stored of eventStore.readStream(streamOf.organization(organizationId))) {
    if (stored.type !== 'LegalHoldPlaced') continue;
    const event = organizationKind.pick(decodeEvent(stored, sealer));
    if (
      event?.type === 'LegalHoldPlaced' &&
      event.data.holdId === holdId &&
      event.content.status === 'present'
    )
      return event.content.fields.name;
  }
  return undefined;
}
