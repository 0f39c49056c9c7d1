import {
  changeUserBody,
  commandAnswer,
  idSchema,
  invitationView,
  inviteBody,
  limits,
  openInvitationView,
  pageOf,
  personScope,
  Problem,
} from '@verbatim/shared';
import { z } from 'zod';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import { noFields, route } from '../http/route.ts';
import { changePerson } from './change-person.ts';
import { listInvitations } from './invitation-rows.ts';
import { invite } from './invite.ts';
import { administers } from './organization-rights.ts';
import { runOnOrganization } from './run-on-organization.ts';

const tag = 'Organization';
const invitationParameters = z.strictObject({ invitationId: idSchema });
const personParameters = z.strictObject({ organizationId: idSchema, userId: idSchema });
const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(limits.pageItems).default(limits.defaultPageItems),
  cursor: z.string().max(512).optional(),
});

export const organizationRoutes = [
  route({
    ...noFields,
    name: 'InviteUser',
    method: 'post',
    path: '/auth/invitations',
    tag,
    summary: 'Invite somebody: the code is shown this once.',
    access: 'own-organization-admins',
    rateClass: 'change',
    body: inviteBody,
    success: 201,
    answer: invitationView,
    handle: async (services, request) => ({ body: await invite(services, request) }),
  }),
  route({
    ...noFields,
    name: 'ListInvitations',
    method: 'get',
    path: '/auth/invitations',
    tag,
    summary: 'All invitations, newest first.',
    access: 'own-organization-admins',
    rateClass: 'session',
    query: pageQuery,
    success: 200,
    answer: pageOf(openInvitationView),
    handle: async (services, { principal, query }) => {
      if (!administers(principal.role)) throw new Problem('forbidden');
      const organization = await services.states.organization(principal.organizationId, 'recent');
      return { body: await listInvitations(services, organization, query.limit, query.cursor) };
    },
  }),
  route({
    ...noFields,
    name: 'RevokeInvitation',
    method: 'delete',
    path: '/auth/invitations/{invitationId}',
    tag,
    summary: 'Take an invitation back; its code opens nothing from then on.',
    access: 'organization-admins',
    rateClass: 'change',
    parameters: invitationParameters,
    success: 200,
    answer: commandAnswer,
    handle: async (services, request) => {
      const { invitationId } = request.parameters;
      const context = await contextOf(request, 'RevokeInvitation', services.keyring);
      const { organizationId, actorId } = context;
      const command = { type: 'RevokeInvitation', actorId, invitationId } as const;
      const outcome = await runOnOrganization(services, context, command);
      await services.keyring.destroy(organizationId, [personScope(invitationId)], 'erased');
      return answerOf(invitationId, outcome);
    },
  }),
  route({
    ...noFields,
    name: 'ChangeUser',
    method: 'patch',
    path: '/chat/organizations/{organizationId}/users/{userId}',
    tag,
    summary: 'Change somebody’s role, deactivate or reactivate them.',
    access: 'organization-admins',
    rateClass: 'change',
    parameters: personParameters,
    body: changeUserBody,
    success: 200,
    answer: commandAnswer,
    handle: changePerson,
  }),
];
