import { newId, type DomainEvent } from '@verbatim/shared';
import type { Chance } from './chance.ts';

export interface Workplace {
  readonly organizationId: string;
  readonly userIds: readonly string[];
  readonly roomIds: readonly string[];
}

/** What somebody did at some time. */
export interface Deed {
  readonly organizationId: string;
  readonly actorId: string;
  readonly occurredAt: string;
  readonly event: DomainEvent;
}

/** As many rooms and people as a larger team has. */
const size = { rooms: 40, people: 60 };
const recentMessages = 64;
/** Of ten thousand deeds; the rest are messages. */
const shares = { edit: 300, delete: 60, react: 800, read: 500, pin: 10 };
const emojis = ['👍', '🎉', '❤️', '😂', '👀', '✅'];

export function newWorkplace(): Workplace {
  const ids = (count: number): string[] => Array.from({ length: count }, () => newId());
  return { organizationId: newId(), userIds: ids(size.people), roomIds: ids(size.rooms) };
}

/** How an organization comes to be: its people, and rooms with all of them in. */
export function* foundingOf({ organizationId, userIds, roomIds }: Workplace): Generator<DomainEvent> {
  yield { type: 'OrganizationCreated', data: { organizationId, name: 'Bench' } };
  for (const [index, userId] of userIds.entries()) {
    yield {
      type: 'UserRegistered',
      data: { userId, source: null },
      content: {
        status: 'present',
        fields: { displayName: `Person ${index}`, email: `${userId}@bench.test` },
      },
    };
    const role = index === 0 ? 'owner' : 'member';
    yield { type: 'UserJoined', data: { userId, role, invitationId: null, imported: false } };
  }
  for (const [index, roomId] of roomIds.entries()) {
    yield {
      type: 'RoomCreated',
      data: { roomId, kind: 'channel', visibility: 'public', imported: false },
      content: { status: 'present', fields: { name: `channel ${index}`, description: '' } },
    };
    for (const [place, userId] of userIds.entries())
      yield {
        type: 'ParticipantJoined',
        data: { roomId, userId, role: place === 0 ? 'admin' : 'member' },
      };
  }
}

/** Endless talk in a workplace's rooms, the same whenever it is made with the same chance, but for the ids. */
export function* talkIn(
  { userIds, roomIds }: Workplace,
  texts: readonly string[],
  chance: Chance,
  today: () => string,
): Generator<{ readonly actorId: string; readonly event: DomainEvent }> {
  const rooms = roomIds.map((roomId) => ({ roomId, seq: userIds.length, recent: [] as Message[] }));
  for (;;) {
    const room = chance.pickEarly(rooms);
    const actorId = chance.pickEarly(userIds);
    const { roomId, recent } = room;
    const some = recent.length === 0 ? undefined : chance.pick(recent);
    const what = some === undefined ? 'send' : chance.kind(shares, 10_000);
    if (some === undefined || what === undefined || what === 'send') {
      const message = { messageId: newId(), authorId: actorId, day: today() };
      const answers = some !== undefined && chance.below(10) === 0;
      yield {
        actorId,
        event: {
          type: 'MessageSent',
          data: {
            ...message,
            roomId,
            kind: 'text',
            mentions: { userIds: chance.below(20) === 0 ? [chance.pick(userIds)] : [], room: false },
            replyTo: answers ? some.messageId : null,
            threadOf: answers && some.isRoot && chance.below(2) === 0 ? some.messageId : null,
            roomRevision: userIds.length,
            source: null,
          },
          content: { status: 'present', fields: { text: chance.pick(texts) } },
        },
      };
      const place = recent.length < recentMessages ? recent.length : chance.below(recentMessages);
      recent[place] = { ...message, isRoot: !answers };
      room.seq += 1;
      continue;
    }
    const { messageId, authorId, day } = some;
    if (what === 'read') {
      yield { actorId, event: { type: 'RoomRead', data: { roomId, userId: actorId, seq: room.seq } } };
      continue;
    }
    room.seq += 1;
    if (what === 'react') {
      const emoji = chance.pick(emojis);
      yield {
        actorId,
        event: { type: 'ReactionAdded', data: { messageId, roomId, userId: actorId, emoji } },
      };
    } else if (what === 'pin')
      yield { actorId, event: { type: 'MessagePinned', data: { messageId, roomId } } };
    else if (what === 'delete') {
      room.recent = recent.filter((message) => message !== some);
      yield { actorId: authorId, event: { type: 'MessageDeleted', data: { messageId, roomId } } };
    } else
      yield {
        actorId: authorId,
        event: {
          type: 'MessageEdited',
          data: { messageId, roomId, authorId, day, mentions: { userIds: [], room: false } },
          content: { status: 'present', fields: { text: chance.pick(texts) } },
        },
      };
  }
}

interface Message {
  readonly messageId: string;
  readonly authorId: string;
  readonly day: string;
  readonly isRoot: boolean;
}
