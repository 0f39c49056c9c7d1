import type { ExistingOrganization, OrganizationEvent, OrganizationState } from '@verbatim/shared';
import { decideCompliance } from '../compliance/decide-compliance.ts';
import { accept, alreadySo, reject, type Decision } from '../deciding/decision.ts';
import { changeUser } from './change-user.ts';
import { acceptInvitation, inviteUser, revokeInvitation } from './invitations.ts';
import type { FoundOrganization, OrganizationCommand, TakeInImported } from './organization-command.ts';
import { roleOf } from './organization-rights.ts';

export function decideOrganization(
  command: OrganizationCommand,
  state: OrganizationState,
): Decision<OrganizationEvent> {
  if (command.type === 'FoundOrganization') return found(command, state);
  if (state.status === 'none') return reject('not-found');
  switch (command.type) {
    case 'InviteUser':
      return inviteUser(command, state);
    case 'RevokeInvitation':
      return revokeInvitation(command, state);
    case 'AcceptInvitation':
      return acceptInvitation(command, state);
    case 'ChangeUser':
      return changeUser(command, state);
    case 'TakeInImported':
      return takeInImported(command, state);
    default:
      return decideCompliance(command, state);
  }
}

function found(
  { organizationId, name, ownerId }: FoundOrganization,
  state: OrganizationState,
): Decision<OrganizationEvent> {
  if (state.status !== 'none') return state.members.has(ownerId) ? alreadySo : reject('id-taken');
  return accept(
    { type: 'OrganizationCreated', data: { organizationId, name } },
    { type: 'UserJoined', data: { userId: ownerId, role: 'owner', invitationId: null, imported: false } },
  );
}

function takeInImported(
  { actorId, userIds }: TakeInImported,
  state: ExistingOrganization,
): Decision<OrganizationEvent> {
  if (roleOf(actorId, state) !== 'owner') return reject('forbidden');
  const missing = [...new Set(userIds)].filter((userId) => !state.members.has(userId));
  return accept(
    ...missing.map((userId): OrganizationEvent => ({
      type: 'UserJoined',
      data: { userId, role: 'member', invitationId: null, imported: true },
    })),
  );
}
