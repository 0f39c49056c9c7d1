import {
  createdId,
  newId,
  personScope,
  Problem,
  type InvitationView,
  type inviteBody,
} from '@verbatim/shared';
import type { z } from 'zod';
import { contextOf } from '../deciding/new-context.ts';
import { problemOf } from '../deciding/command-runner.ts';
import type { AuthenticatedRequest } from '../http/route.ts';
import type { Services } from '../services.ts';
import { decideOrganization } from './decide-organization.ts';
import { invitationCode } from './invitation-code.ts';
import { expiryOf, keepInvitation } from './invitation-rows.ts';
import { runOnOrganization } from './run-on-organization.ts';

const lifetimeDays = 7;
const dayMs = 24 * 60 * 60 * 1_000;

type InviteRequest = AuthenticatedRequest<unknown, unknown, z.output<typeof inviteBody>>;

/** The row in `accounts` and the key come first, so that a code that was given out always opens something. */
export async function invite(services: Services, request: InviteRequest): Promise<InvitationView> {
  const { keyring, states, publicOrigin } = services;
  const context = await contextOf(request, 'InviteUser', keyring);
  const { organizationId, actorId } = context;
  const invitationId = context.fingerprint === undefined ? newId() : createdId(context);
  const command = {
    type: 'InviteUser',
    actorId,
    invitationId,
    role: request.body.role ?? 'member',
    email: request.body.email ?? null,
    expiresAt: new Date(Date.parse(context.at) + lifetimeDays * dayMs).toISOString(),
  } as const;

  if ((await expiryOf(services, invitationId)) === undefined) {
    const decision = decideOrganization(command, await states.organization(organizationId, 'now'));
    const isRepeated = !decision.accepted && decision.rejection.code === 'id-taken';
    if (!decision.accepted && !isRepeated) throw problemOf(decision.rejection);
    await keyring.prepare(organizationId, [personScope(invitationId)], { create: true });
    await keepInvitation(services, { ...command, organizationId, at: context.at });
  }
  // Of several equal requests the first one's row says when it expires.
  const expiresAt = (await expiryOf(services, invitationId)) ?? command.expiresAt;
  await runOnOrganization(services, context, { ...command, expiresAt });
  const code = await invitationCode(keyring, organizationId, invitationId);
  if (code === undefined) throw new Problem('invitation-expired');
  return { id: invitationId, code, url: `${publicOrigin}/invite#${code}`, expiresAt };
}
