import {
  message,
  organization,
  reading,
  room,
  type MessageEvent,
  type OrganizationEvent,
  type RoomEvent,
} from '@verbatim/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../deciding/decision.ts';
import { decideMessage } from '../message/decide-message.ts';
import type { MessageCommand } from '../message/message-command.ts';
import { decideOrganization } from '../organization/decide-organization.ts';
import type { OrganizationCommand } from '../organization/organization-command.ts';
import { decideReading, type ReadingCommand } from '../reading/decide-reading.ts';
import { decideRoom } from '../room/decide-room.ts';
import type { RoomCommand } from '../room/room-command.ts';
import { directRoom, members, privateRoom, publicRoom, worldOf } from '../room/room-world-fixture.ts';

const person = fc.constantFrom(...members.keys(), 'nobody');
const roomRole = fc.constantFrom('admin' as const, 'moderator' as const, 'member' as const);
const organizationRole = fc.constantFrom(
  'owner' as const,
  'admin' as const,
  'compliance' as const,
  'member' as const,
);
const actorId = person;
const mentions = { userIds: [], room: false };

const roomCommand: fc.Arbitrary<RoomCommand> = fc.oneof(
  fc.record({ type: fc.constantFrom('ArchiveRoom', 'UnarchiveRoom', 'JoinRoom', 'LeaveRoom'), actorId }),
  fc.record({
    type: fc.constantFrom('AddParticipant', 'ChangeParticipantRole'),
    actorId,
    userId: person,
    role: roomRole,
  }),
  fc.record({ type: fc.constant('RemoveParticipant' as const), actorId, userId: person }),
  fc.record({
    type: fc.constant('ChangeRoomDetails' as const),
    actorId,
    name: fc.constantFrom(undefined, 'talk', 'other'),
    visibility: fc.constantFrom(undefined, 'public' as const, 'private' as const),
  }),
);
const sends: MessageCommand = {
  type: 'SendMessage',
  actorId: 'member',
  messageId: 'm',
  day: '2026-11-22',
  text: 'a',
  mentions,
  replyTo: null,
  threadOf: null,
  roomRevision: 0,
};
const messageCommand: fc.Arbitrary<MessageCommand> = fc.oneof(
  fc.constant(sends),
  fc.record({
    type: fc.constant('EditMessage' as const),
    actorId,
    text: fc.constantFrom('a', 'b'),
    mentions: fc.constant(mentions),
  }),
  fc.record({ type: fc.constantFrom('DeleteMessage', 'PinMessage', 'UnpinMessage'), actorId }),
  fc.record({ type: fc.constantFrom('React', 'Unreact'), actorId, emoji: fc.constantFrom('👍', '🎉') }),
);
const organizationCommand: fc.Arbitrary<OrganizationCommand> = fc.oneof(
  fc.record({
    type: fc.constant('ChangeUser' as const),
    actorId,
    userId: person,
    role: fc.option(organizationRole, { nil: undefined }),
    active: fc.constantFrom(undefined, true, false),
  }),
  fc.record({
    type: fc.constant('RevokeInvitation' as const),
    actorId,
    invitationId: fc.constantFrom('i', 'j'),
  }),
  fc.record({
    type: fc.constant('AcceptInvitation' as const),
    invitationId: fc.constantFrom('i', 'j'),
    userId: person,
    at: fc.constant('2026-01-01T00:00:00.000Z'),
  }),
  fc.record({
    type: fc.constant('InviteUser' as const),
    actorId,
    invitationId: fc.constantFrom('i', 'j'),
    role: organizationRole,
    email: fc.constant(null),
    expiresAt: fc.constant('2027-01-01T00:00:00.000Z'),
  }),
  fc.record({
    type: fc.constant('PlaceHold' as const),
    actorId,
    holdId: fc.constantFrom('h', 'k'),
    name: fc.constant('a case'),
    reason: fc.constant('asked'),
    userIds: fc.option(fc.array(person, { maxLength: 2 })),
    roomIds: fc.constant(null),
    from: fc.constant(null),
    to: fc.constant(null),
    ownRoomIds: fc.constant(new Set<string>()),
  }),
  fc.record({ type: fc.constant('ReleaseHold' as const), actorId, holdId: fc.constantFrom('h', 'k') }),
  fc.record({
    type: fc.constant('SetRetention' as const),
    actorId,
    roomId: fc.constantFrom(null, 'room'),
    days: fc.constantFrom(null, 1, 30),
    isOwnRoom: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('ApplyRetention' as const),
    today: fc.constant('2026-11-22'),
    roomDays: fc.constant([{ roomId: 'room', day: '2026-11-01' }]),
    reach: fc.constant(new Map([['member', new Set(['room'])]])),
  }),
  fc.record({
    type: fc.constant('RequestErasure' as const),
    actorId,
    erasureId: fc.constantFrom('e', 'f'),
    userId: person,
    reason: fc.constant('asked'),
    stays: fc.constant([{ roomId: 'room', from: '2026-11-01', to: null }]),
    reach: fc.constant(new Map([['member', new Set(['room'])]])),
  }),
  fc.record({ type: fc.constant('CompleteErasure' as const), erasureId: fc.constantFrom('e', 'f') }),
);
const readingCommand: fc.Arbitrary<ReadingCommand> = fc.oneof(
  fc.record({
    type: fc.constantFrom('MarkRead', 'MarkUnread'),
    actorId: fc.constant('member'),
    seq: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ type: fc.constantFrom('SetFavourite', 'UnsetFavourite'), actorId: fc.constant('member') }),
  fc.record({
    type: fc.constant('SetNotifications' as const),
    actorId: fc.constant('member'),
    level: fc.constantFrom('all' as const, 'none' as const),
  }),
);

/** One aggregate as a machine: where it begins, and how a command moves it. */
interface Machine<Event, Command> {
  readonly begin: readonly Event[];
  readonly decide: (events: readonly Event[], command: Command) => Decision<Event>;
}

const onRoom = (begin: readonly RoomEvent[]): Machine<RoomEvent, RoomCommand> => ({
  begin,
  decide: (events, command) => decideRoom(command, worldOf(events)),
});
const onMessage: Machine<MessageEvent, MessageCommand> = {
  begin: [],
  decide: (events, command) =>
    decideMessage(command, { ...worldOf(publicRoom), message: message.fold(message.initial, events) }),
};
const people: OrganizationEvent[] = [
  { type: 'OrganizationCreated', data: { organizationId: 'o', name: 'O' } },
  ...[...members].map(([userId, { role }]): OrganizationEvent => ({
    type: 'UserJoined',
    data: { userId, role, invitationId: null, imported: false },
  })),
];
const onOrganization: Machine<OrganizationEvent, OrganizationCommand> = {
  begin: people,
  decide: (events, command) => decideOrganization(command, organization.fold(organization.initial, events)),
};

function run<Event, Command>(
  { begin, decide }: Machine<Event, Command>,
  commands: readonly Command[],
): readonly Event[] {
  return commands.reduce<readonly Event[]>((events, command) => {
    const decision = decide(events, command);
    return decision.accepted ? [...events, ...decision.events] : events;
  }, begin);
}

function obeysTheLaws<Event, Command>(
  machine: Machine<Event, Command>,
  command: fc.Arbitrary<Command>,
): void {
  const history = fc.array(command, { maxLength: 20 });
  it('a command that was just done adds nothing when it is done again', () => {
    fc.assert(
      fc.property(history, command, (commands, last) => {
        const events = run(machine, [...commands, last]);
        const again = machine.decide(events, last);
        if (again.accepted) expect(again.events).toEqual([]);
      }),
    );
  });
}

describe('rooms', () => {
  describe.each([
    ['public', publicRoom],
    ['private', privateRoom],
    ['direct', directRoom],
  ] as const)('%s', (_, begin) => {
    obeysTheLaws(onRoom(begin), roomCommand);
    it('keep somebody who runs them', () => {
      fc.assert(
        fc.property(fc.array(roomCommand, { maxLength: 30 }), (commands) => {
          const state = room.fold(room.initial, run(onRoom(begin), commands));
          if (state.status === 'none') throw new Error('the room is gone');
          const admins = [...state.participants].filter(
            ([userId, role]) => role === 'admin' && members.get(userId)?.active === true,
          );
          expect(admins.length).toBeGreaterThan(0);
        }),
      );
    });
  });
  it('that are direct never change', () => {
    fc.assert(
      fc.property(fc.array(roomCommand), (commands) => {
        expect(run(onRoom(directRoom), commands)).toEqual(directRoom);
      }),
    );
  });
});

describe('messages', () => obeysTheLaws(onMessage, messageCommand));

describe('organizations', () => {
  obeysTheLaws(onOrganization, organizationCommand);
  it('keep an active owner', () => {
    fc.assert(
      fc.property(fc.array(organizationCommand, { maxLength: 30 }), (commands) => {
        const state = organization.fold(organization.initial, run(onOrganization, commands));
        if (state.status === 'none') throw new Error('the organization is gone');
        expect([...state.members.values()].some(({ role, active }) => role === 'owner' && active)).toBe(true);
      }),
    );
  });
});

describe('reading', () => {
  const onReading: Machine<Parameters<typeof reading.evolve>[1], ReadingCommand> = {
    begin: [],
    decide: (events, command) =>
      decideReading(command, { ...worldOf(publicRoom), reading: reading.fold(reading.initial, events) }),
  };
  obeysTheLaws(onReading, readingCommand);
  it('never moves back but by marking unread', () => {
    fc.assert(
      fc.property(fc.array(readingCommand), (commands) => {
        let before = 0;
        for (let count = 1; count <= commands.length; count += 1) {
          const { readSeq } = reading.fold(reading.initial, run(onReading, commands.slice(0, count)));
          if (commands[count - 1]?.type !== 'MarkUnread') expect(readSeq).toBeGreaterThanOrEqual(before);
          before = readSeq;
        }
      }),
    );
  });
});
