import { organization, present, type OrganizationEvent, type OrganizationRole } from '@verbatim/shared';
import { describe, expect, it } from 'vitest';
import { givenBy } from '../deciding/given-fixture.ts';
import { decideOrganization } from './decide-organization.ts';
import type { OrganizationCommand } from './organization-command.ts';

const organizationId = 'organization-1';
const given = givenBy<OrganizationEvent, OrganizationCommand>((events, command) =>
  decideOrganization(command, organization.fold(organization.initial, events)),
);
const founded: OrganizationEvent = { type: 'OrganizationCreated', data: { organizationId, name: 'O' } };
const joined = (
  userId: string,
  role: OrganizationRole,
  invitationId: string | null = null,
): OrganizationEvent => ({
  type: 'UserJoined',
  data: { userId, role, invitationId, imported: false },
});
const deactivated = (userId: string): OrganizationEvent => ({ type: 'UserDeactivated', data: { userId } });
const people = [
  founded,
  joined('owner', 'owner'),
  joined('admin', 'admin'),
  joined('compliance', 'compliance'),
  joined('member', 'member'),
];
const expiresAt = '2026-12-01T00:00:00.000Z';
const invited: OrganizationEvent = {
  type: 'UserInvited',
  data: { invitationId: 'i', role: 'member', expiresAt },
  content: present({ email: null }),
};
const revoked: OrganizationEvent = { type: 'InvitationRevoked', data: { invitationId: 'i' } };

describe('founding', () => {
  const found: OrganizationCommand = {
    type: 'FoundOrganization',
    organizationId,
    name: 'O',
    ownerId: 'owner',
  };
  it('makes the first person its owner', () => given().when(found).then(founded, joined('owner', 'owner')));
  it('twice changes nothing', () =>
    given(...people)
      .when(found)
      .thenAlreadySo());
  it('needs an id of its own', () =>
    given(...people)
      .when({ ...found, ownerId: 'other' })
      .thenRejected('id-taken'));
});

describe('inviting', () => {
  const invite = (actorId: string, role: OrganizationRole = 'member'): OrganizationCommand => ({
    type: 'InviteUser',
    actorId,
    invitationId: 'i',
    role,
    email: null,
    expiresAt,
  });
  it.each(['owner', 'admin'])('is for the %s', (actorId) =>
    given(...people)
      .when(invite(actorId))
      .then(invited),
  );
  it.each(['member', 'compliance', 'nobody'])('is not for a %s', (actorId) =>
    given(...people)
      .when(invite(actorId))
      .thenRejected('forbidden'),
  );
  it.each(['owner', 'compliance'] as const)('as %s is for owners alone', (role) => {
    given(...people)
      .when(invite('admin', role))
      .thenRejected('forbidden');
    expect(
      decideOrganization(invite('owner', role), organization.fold(organization.initial, people)).accepted,
    ).toBe(true);
  });
  it('needs an id of its own', () =>
    given(...people, invited)
      .when(invite('admin'))
      .thenRejected('id-taken'));
  it('into no organization is not found', () => given().when(invite('admin')).thenRejected('not-found'));
});

describe('revoking an invitation', () => {
  const revoke = (actorId = 'admin', invitationId = 'i'): OrganizationCommand => ({
    type: 'RevokeInvitation',
    actorId,
    invitationId,
  });
  it('is for those who may invite', () =>
    given(...people, invited)
      .when(revoke())
      .then(revoked));
  it('is not for members', () =>
    given(...people, invited)
      .when(revoke('member'))
      .thenRejected('forbidden'));
  it('twice changes nothing', () =>
    given(...people, invited, revoked)
      .when(revoke())
      .thenAlreadySo());
  it('that is unknown is not found', () =>
    given(...people)
      .when(revoke())
      .thenRejected('not-found'));
  it('that was used is too late', () =>
    given(...people, invited, joined('new', 'member', 'i'))
      .when(revoke())
      .thenRejected('invitation-used'));
});

describe('accepting an invitation', () => {
  const accept = (userId = 'new', at = '2026-11-30T00:00:00.000Z'): OrganizationCommand => ({
    type: 'AcceptInvitation',
    invitationId: 'i',
    userId,
    at,
  });
  it('makes somebody a person of the organization', () =>
    given(...people, invited)
      .when(accept())
      .then(joined('new', 'member', 'i')));
  it('twice changes nothing', () =>
    given(...people, invited, joined('new', 'member', 'i'))
      .when(accept())
      .thenAlreadySo());
  it('is for one person', () =>
    given(...people, invited, joined('other', 'member', 'i'))
      .when(accept())
      .thenRejected('invitation-used'));
  it('is too late once it expired', () =>
    given(...people, invited)
      .when(accept('new', expiresAt))
      .thenRejected('invitation-expired'));
  it.each([
    ['revoked', [...people, invited, revoked]],
    ['never made', people],
  ])('that was %s is not found', (_, events) =>
    given(...events)
      .when(accept())
      .thenRejected('not-found'),
  );
});

describe('changing a person', () => {
  const change = (
    actorId: string,
    userId: string,
    changes: { role?: OrganizationRole; active?: boolean },
  ): OrganizationCommand => ({ type: 'ChangeUser', actorId, userId, ...changes });
  it.each(['owner', 'admin'])('is for the %s', (actorId) =>
    given(...people)
      .when(change(actorId, 'member', { active: false }))
      .then(deactivated('member')),
  );
  it.each(['member', 'compliance'])('is not for a %s', (actorId) =>
    given(...people)
      .when(change(actorId, 'member', { active: false }))
      .thenRejected('forbidden'),
  );
  it('is nothing for somebody who was deactivated', () =>
    given(...people, deactivated('admin'))
      .when(change('admin', 'member', { active: false }))
      .thenRejected('forbidden'));
  it.each([
    ['owner', { active: false }],
    ['compliance', { role: 'member' }],
    ['member', { role: 'owner' }],
    ['member', { role: 'compliance' }],
  ] as const)('is for owners alone where %s gets %j', (userId, changes) =>
    given(...people)
      .when(change('admin', userId, changes))
      .thenRejected('forbidden'),
  );
  it.each([{ role: 'member' }, { active: false }] as const)('leaves the last owner: %j', (changes) =>
    given(...people)
      .when(change('owner', 'owner', changes))
      .thenRejected('last-owner'),
  );
  it('counts only owners who are active', () =>
    given(...people, joined('gone', 'owner'), deactivated('gone'))
      .when(change('owner', 'owner', { active: false }))
      .thenRejected('last-owner'));
  it('gives role and activity together', () =>
    given(...people)
      .when(change('owner', 'member', { role: 'admin', active: false }))
      .then(
        { type: 'OrganizationRoleChanged', data: { userId: 'member', role: 'admin' } },
        deactivated('member'),
      ));
  it('to what they are changes nothing', () =>
    given(...people)
      .when(change('owner', 'member', { role: 'member', active: true }))
      .thenAlreadySo());
  it('takes somebody back', () =>
    given(...people, deactivated('member'))
      .when(change('admin', 'member', { active: true }))
      .then({ type: 'UserReactivated', data: { userId: 'member' } }));
  it('never brings back the erased', () =>
    given(...people, deactivated('member'), {
      type: 'ErasureRequested',
      data: { erasureId: 'e', userId: 'member' },
      content: present({ reason: 'asked' }),
    })
      .when(change('owner', 'member', { active: true }))
      .thenRejected('user-erased'));
  it('from elsewhere is not found', () =>
    given(...people)
      .when(change('owner', 'nobody', { active: false }))
      .thenRejected('not-found'));
});

describe('people whom an import brings', () => {
  const takeIn = (actorId: string): OrganizationCommand => ({
    type: 'TakeInImported',
    actorId,
    userIds: ['member', 'old', 'old'],
  });
  it('join once, and those who are there stay as they are', () =>
    given(...people)
      .when(takeIn('owner'))
      .then({
        type: 'UserJoined',
        data: { userId: 'old', role: 'member', invitationId: null, imported: true },
      }));
  it('come for owners alone', () =>
    given(...people)
      .when(takeIn('admin'))
      .thenRejected('forbidden'));
});
