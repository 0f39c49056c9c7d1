import { present, type ExistingOrganization, type OrganizationEvent } from '@verbatim/shared';
import { accept, alreadySo, reject, type Decision } from '../deciding/decision.ts';
import type { AcceptInvitation, InviteUser, RevokeInvitation } from './organization-command.ts';
import { administers, isKeptByOwners, roleOf } from './organization-rights.ts';

export function inviteUser(
  { actorId, invitationId, role, email, expiresAt }: InviteUser,
  state: ExistingOrganization,
): Decision<OrganizationEvent> {
  const actorRole = roleOf(actorId, state);
  if (!administers(actorRole)) return reject('forbidden');
  if (isKeptByOwners(role) && actorRole !== 'owner') return reject('forbidden');
  if (state.invitations.has(invitationId)) return reject('id-taken');
  return accept({
    type: 'UserInvited',
    data: { invitationId, role, expiresAt },
    content: present({ email }),
  });
}

export function revokeInvitation(
  { actorId, invitationId }: RevokeInvitation,
  state: ExistingOrganization,
): Decision<OrganizationEvent> {
  if (!administers(roleOf(actorId, state))) return reject('forbidden');
  const invitation = state.invitations.get(invitationId);
  if (invitation === undefined) return reject('not-found');
  if (invitation.status === 'accepted') return reject('invitation-used');
  if (invitation.status === 'revoked') return alreadySo;
  return accept({ type: 'InvitationRevoked', data: { invitationId } });
}

/** Of several people with the same code the first one joins; a revoked invitation is as if it had never been. */
export function acceptInvitation(
  { invitationId, userId, at }: AcceptInvitation,
  state: ExistingOrganization,
): Decision<OrganizationEvent> {
  if (state.members.has(userId)) return alreadySo;
  const invitation = state.invitations.get(invitationId);
  if (invitation === undefined || invitation.status === 'revoked') return reject('not-found');
  if (invitation.status === 'accepted') return reject('invitation-used');
  if (Date.parse(invitation.expiresAt) <= Date.parse(at)) return reject('invitation-expired');
  const { role } = invitation;
  return accept({ type: 'UserJoined', data: { userId, role, invitationId, imported: false } });
}
