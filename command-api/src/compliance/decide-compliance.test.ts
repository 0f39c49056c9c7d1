import {
  organization,
  present,
  type LegalHold,
  type OrganizationEvent,
  type OrganizationRole,
} from '@verbatim/shared';
import { describe, expect, it } from 'vitest';
import { givenBy } from '../deciding/given-fixture.ts';
import { decideOrganization } from '../organization/decide-organization.ts';
import type {
  ApplyRetention,
  ComplianceCommand,
  PlaceHold,
  RequestErasure,
  SetRetention,
} from './compliance-command.ts';

const given = givenBy<OrganizationEvent, ComplianceCommand>((events, command) =>
  decideOrganization(command, organization.fold(organization.initial, events)),
);
const joined = (userId: string, role: OrganizationRole): OrganizationEvent => ({
  type: 'UserJoined',
  data: { userId, role, invitationId: null, imported: false },
});
const people: OrganizationEvent[] = [
  { type: 'OrganizationCreated', data: { organizationId: 'o', name: 'O' } },
  joined('owner', 'owner'),
  joined('admin', 'admin'),
  joined('compliance', 'compliance'),
  joined('member', 'member'),
  joined('other', 'member'),
];
const deactivated = (userId: string): OrganizationEvent => ({ type: 'UserDeactivated', data: { userId } });
const nobody = new Map<string, Set<string>>();

const held = (about: Partial<LegalHold> = {}): OrganizationEvent => ({
  type: 'LegalHoldPlaced',
  data: { holdId: 'h', userIds: null, roomIds: null, from: null, to: null, ...about },
  content: present({ name: 'Case 7', reason: 'asked by court' }),
});
const released: OrganizationEvent = { type: 'LegalHoldReleased', data: { holdId: 'h' } };

describe.each(['owner', 'compliance', 'admin', 'member', 'nobody'])('as %s', (actorId) => {
  const isAllowed = actorId === 'owner' || actorId === 'compliance';
  it.each<ComplianceCommand>([
    placeHold({ actorId }),
    { type: 'ReleaseHold', actorId, holdId: 'h' },
    setRetention({ actorId }),
    requestErasure({ actorId, userId: 'other' }),
  ])('$type is for owners and compliance alone', (command) => {
    const decision = given(...people, held({ holdId: 'h', userIds: ['nobody'] })).when(command);
    if (isAllowed) expect(() => decision.thenRejected('forbidden')).toThrow();
    else decision.thenRejected('forbidden');
  });
});

function placeHold(about: Partial<PlaceHold> = {}): PlaceHold {
  return {
    type: 'PlaceHold',
    actorId: 'compliance',
    holdId: 'new',
    name: 'Case 7',
    reason: 'asked by court',
    userIds: ['member'],
    roomIds: ['room'],
    from: null,
    to: null,
    ownRoomIds: new Set(['room']),
    ...about,
  };
}

describe('a legal hold', () => {
  it('names people and rooms, once each', () =>
    given(...people)
      .when(placeHold({ userIds: ['member', 'member'], roomIds: ['room', 'room'] }))
      .then(held({ holdId: 'new', userIds: ['member'], roomIds: ['room'] })));
  it('needs an id of its own', () =>
    given(...people, held())
      .when(placeHold({ holdId: 'h' }))
      .thenRejected('id-taken'));
  it('knows nobody from elsewhere', () =>
    given(...people)
      .when(placeHold({ userIds: ['member', 'stranger'] }))
      .thenRejected('not-found'));
  it('knows no room from elsewhere', () =>
    given(...people)
      .when(placeHold({ roomIds: ['room', 'elsewhere'] }))
      .thenRejected('not-found'));
  it('is released', () =>
    given(...people, held())
      .when({ type: 'ReleaseHold', actorId: 'compliance', holdId: 'h' })
      .then(released));
  it.each([
    ['was never placed', []],
    ['was released', [held(), released]],
  ])('that %s is not found', (_, events) =>
    given(...people, ...events)
      .when({ type: 'ReleaseHold', actorId: 'compliance', holdId: 'h' })
      .thenRejected('not-found'),
  );
});

function setRetention(about: Partial<SetRetention> = {}): SetRetention {
  return { type: 'SetRetention', actorId: 'compliance', roomId: null, days: 30, isOwnRoom: true, ...about };
}
const retention = (days: number | null, roomId: string | null = null): OrganizationEvent => ({
  type: 'RetentionSet',
  data: { roomId, days },
});

describe('retention', () => {
  it('is set for all rooms', () =>
    given(...people)
      .when(setRetention())
      .then(retention(30)));
  it('is set for one room', () =>
    given(...people, retention(30))
      .when(setRetention({ roomId: 'room', days: 7 }))
      .then(retention(7, 'room')));
  it('of one room may be for ever, rule or no rule', () => {
    given(...people, retention(30))
      .when(setRetention({ roomId: 'room', days: null }))
      .then(retention(null, 'room'));
    given(...people, retention(7, 'room'))
      .when(setRetention({ roomId: 'room', days: null }))
      .then(retention(null, 'room'));
  });
  it.each([
    ['the same rule', [retention(30)], setRetention()],
    ['for ever where nothing else was said', [], setRetention({ days: null })],
    ['for ever again', [retention(null, 'room')], setRetention({ roomId: 'room', days: null })],
  ])('is nothing new: %s', (_, events, command) =>
    given(...people, ...events)
      .when(command)
      .thenAlreadySo(),
  );
  it('knows no room from elsewhere', () =>
    given(...people)
      .when(setRetention({ roomId: 'elsewhere', isOwnRoom: false }))
      .thenRejected('not-found'));
});

function apply(about: Partial<ApplyRetention> = {}): ApplyRetention {
  const roomDays = [
    { roomId: 'room', day: '2026-11-09' },
    { roomId: 'room', day: '2026-11-10' },
    { roomId: 'other', day: '2026-11-09' },
  ];
  return { type: 'ApplyRetention', today: '2026-11-20', roomDays, reach: nobody, ...about };
}
const applied = (...roomDays: { roomId: string; day: string }[]): OrganizationEvent => ({
  type: 'RetentionApplied',
  data: { roomDays },
});

describe('retention takes', () => {
  const [room, , other] = apply().roomDays;
  if (room === undefined || other === undefined) throw new Error('unreachable');
  it('days whose last moment is as old as the rule says', () =>
    given(...people, retention(10))
      .when(apply())
      .then(applied(room, other)));
  it('nothing without a rule', () =>
    given(...people)
      .when(apply())
      .thenAlreadySo());
  it('nothing twice', () =>
    given(...people, retention(10), applied(room, other))
      .when(apply())
      .thenAlreadySo());
  it('nothing of a room that is kept for ever', () =>
    given(...people, retention(10), retention(null, 'room'))
      .when(apply())
      .then(applied(other)));
  it('from a room by its own rule alone', () =>
    given(...people, retention(10, 'room'))
      .when(apply())
      .then(applied(room)));
  it('nothing that a hold on the room keeps, until that is released', () => {
    given(...people, retention(10), held({ roomIds: ['room'] }))
      .when(apply())
      .then(applied(other));
    given(...people, retention(10), held({ roomIds: ['room'] }), released)
      .when(apply())
      .then(applied(room, other));
  });
  it('nothing from rooms that a held person was in', () =>
    given(...people, retention(10), held({ userIds: ['member'] }))
      .when(apply({ reach: new Map([['member', new Set(['other'])]]) }))
      .then(applied(room)));
  it.each([
    ['begins later', { from: '2026-11-10T00:00:00Z' }, [room, other]],
    ['begins within the day', { from: '2026-11-09T23:59:59Z' }, [other]],
    ['ended before', { to: '2026-11-08T23:59:59.999Z' }, [room, other]],
    ['ended within the day', { to: '2026-11-09T00:00:00Z' }, [other]],
  ])('what a hold leaves that %s', (_, dates, going) =>
    given(...people, retention(10), held({ roomIds: ['room'], ...dates }))
      .when(apply())
      .then(applied(...going)),
  );
});

function requestErasure(about: Partial<RequestErasure> = {}): RequestErasure {
  return {
    type: 'RequestErasure',
    actorId: 'compliance',
    erasureId: 'e',
    userId: 'member',
    reason: 'asked by the person',
    stays: [{ roomId: 'room', from: '2026-11-01', to: '2026-11-10' }],
    reach: nobody,
    ...about,
  };
}
const requested = (userId = 'member'): OrganizationEvent => ({
  type: 'ErasureRequested',
  data: { erasureId: 'e', userId },
  content: present({ reason: 'asked by the person' }),
});
const erased: OrganizationEvent = { type: 'ContentErased', data: { erasureId: 'e', userId: 'member' } };

describe('an erasure', () => {
  it('lets the person go with the same append', () =>
    given(...people)
      .when(requestErasure())
      .then(requested(), deactivated('member')));
  it('of somebody who is gone already is that alone', () =>
    given(...people, deactivated('member'))
      .when(requestErasure())
      .then(requested()));
  it('of somebody from elsewhere is not found', () =>
    given(...people)
      .when(requestErasure({ userId: 'stranger' }))
      .thenRejected('not-found'));
  it.each([[requested()], [requested(), erased]])('twice changes nothing', (...events) =>
    given(...people, ...events)
      .when(requestErasure({ erasureId: 'another' }))
      .thenAlreadySo(),
  );
  it('leaves the last owner', () =>
    given(...people)
      .when(requestErasure({ userId: 'owner' }))
      .thenRejected('last-owner'));

  it.each([
    ['names the person', held({ userIds: ['member'] }), {}],
    ['names the person, whatever its dates', held({ userIds: ['member'], from: '2027-01-01T00:00:00Z' }), {}],
    ['names a room where they were', held({ roomIds: ['room'] }), {}],
    [
      'names somebody who was in a room with them',
      held({ userIds: ['other'] }),
      { reach: new Map([['other', new Set(['room'])]]) },
    ],
    ['covers a part of their time there', held({ roomIds: ['room'], from: '2026-11-10T12:00:00Z' }), {}],
    [
      'began while they were still there',
      held({ roomIds: ['room'], from: '2026-11-20T00:00:00Z' }),
      { stays: [{ roomId: 'room', from: '2026-11-01', to: null }] },
    ],
  ])('is refused under a hold that %s', (_, hold, about) => {
    given(...people, hold)
      .when(requestErasure(about))
      .thenRejected('held');
    given(...people, hold, released)
      .when(requestErasure(about))
      .then(requested(), deactivated('member'));
  });
  it('is told which hold refuses it', () =>
    expect(
      decideOrganization(
        requestErasure(),
        organization.fold(organization.initial, [...people, held({ userIds: ['member'] })]),
      ),
    ).toEqual({ accepted: false, rejection: { code: 'held', holdId: 'h' } }));
  it.each([
    ['names other rooms', held({ roomIds: ['elsewhere'] })],
    ['names other people', held({ userIds: ['other'] })],
    ['begins after they left', held({ roomIds: ['room'], from: '2026-11-11T00:00:00Z' })],
    ['ended before they came', held({ roomIds: ['room'], to: '2026-10-31T23:59:59Z' })],
  ])('goes on beside a hold that %s', (_, hold) =>
    given(...people, hold)
      .when(requestErasure())
      .then(requested(), deactivated('member')),
  );

  it('is complete once', () => {
    given(...people, requested())
      .when({ type: 'CompleteErasure', erasureId: 'e' })
      .then(erased);
    given(...people, requested(), erased)
      .when({ type: 'CompleteErasure', erasureId: 'e' })
      .thenAlreadySo();
  });
  it('that nobody asked for is never complete', () =>
    given(...people)
      .when({ type: 'CompleteErasure', erasureId: 'e' })
      .thenRejected('not-found'));
});
