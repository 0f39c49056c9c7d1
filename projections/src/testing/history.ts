import { uuidV5, type DomainEvent, type Recorded } from '@verbatim/shared';
import fc from 'fast-check';
import type { LogItem } from '../group/log-item.ts';

/** One step of a history: what is done, and numbers that choose by whom and to what. */
export interface Step {
  readonly kind: (typeof stepKinds)[number];
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const stepKinds = [
  'send',
  'send',
  'send',
  'send',
  'send',
  'edit',
  'delete',
  'react',
  'unreact',
  'pin',
  'unpin',
  'read',
  'read',
  'unread',
  'notify',
  'favourite',
  'unfavourite',
  'join',
  'add',
  'leave',
  'remove',
  'role',
  'details',
  'archive',
  'unarchive',
  'create',
  'profile',
  'organization-role',
  'deactivate',
  'reactivate',
  'register',
  'invite',
  'session',
  'hold',
  'retention',
  'erase',
  'audit',
] as const;

const small = fc.nat({ max: 999 });
export const historyArbitrary = fc.array(
  fc.record({ kind: fc.constantFrom(...stepKinds), a: small, b: small, c: small }),
  { minLength: 1, maxLength: 120 },
);

const namespace = '5f0c4c5e-58a6-4b3a-9a77-9f0f1f5b1f11';
const idOf = (name: string): string => uuidV5(namespace, name);
const startMs = Date.parse('2026-01-01T00:00:00.000Z');
const words = ['red', 'car', 'deploy', 'done', 'Straße', '日本語', 'now', '👍'];

/** A history as the commands could have written it, opened: of two organizations, with every type of event there is. */
export function itemsOf(steps: readonly Step[]): LogItem[] {
  const history = new History();
  for (const step of steps) history.take(step);
  return history.items;
}

interface Said {
  readonly messageId: string;
  readonly roomId: string;
  readonly authorId: string;
  readonly day: string;
  deleted: boolean;
}

class History {
  readonly items: LogItem[] = [];
  readonly #organizationId = idOf('organization');
  readonly #people: string[] = [];
  readonly #rooms: string[] = [];
  readonly #messages: Said[] = [];
  readonly #lastSeq = new Map<string, number>();

  constructor() {
    this.#add('OrganizationCreated', { organizationId: this.#organizationId, name: 'One' });
    for (let index = 0; index < 4; index += 1) this.#register();
    for (let index = 0; index < 2; index += 1) this.#createRoom(index);
  }

  take({ kind, a, b, c }: Step): void {
    const userId = pick(this.#people, a);
    const roomId = pick(this.#rooms, b);
    const message = this.#messages[c % Math.max(1, this.#messages.length)];
    switch (kind) {
      case 'send': {
        this.#send(userId, roomId, c);
        return;
      }
      case 'edit': {
        if (message?.deleted === false) this.#edit(message, a);
        return;
      }
      case 'delete':
        if (message === undefined || message.deleted) return;
        message.deleted = true;
        {
          this.#add('MessageDeleted', idsOf(message), userId);
          return;
        }
      case 'react':
      case 'unreact':
        if (message === undefined) return;
        {
          this.#add(kind === 'react' ? 'ReactionAdded' : 'ReactionRemoved', {
            ...idsOf(message),
            userId,
            emoji: pick(['👍', '🎉'], b),
          });
          return;
        }
      case 'pin': {
        if (message !== undefined) this.#add('MessagePinned', idsOf(message), userId);
        return;
      }
      case 'unpin': {
        if (message !== undefined) this.#add('MessageUnpinned', idsOf(message), userId);
        return;
      }
      case 'read':
      case 'unread': {
        const seq = c % (2 * ((this.#lastSeq.get(roomId) ?? 0) + 1));
        this.#add(kind === 'read' ? 'RoomRead' : 'RoomMarkedUnread', { roomId, userId, seq });
        return;
      }
      case 'notify': {
        this.#add('NotificationLevelSet', {
          roomId,
          userId,
          level: pick(['all', 'mentions', 'none'], c),
        });
        return;
      }
      case 'favourite': {
        this.#add('RoomFavourited', { roomId, userId });
        return;
      }
      case 'unfavourite': {
        this.#add('RoomUnfavourited', { roomId, userId });
        return;
      }
      case 'join': {
        this.#add('ParticipantJoined', { roomId, userId, role: 'member' });
        return;
      }
      case 'add': {
        this.#add('ParticipantAdded', { roomId, userId, role: 'moderator' });
        return;
      }
      case 'leave': {
        this.#add('ParticipantLeft', { roomId, userId });
        return;
      }
      case 'remove': {
        this.#add('ParticipantRemoved', { roomId, userId });
        return;
      }
      case 'role': {
        this.#add('ParticipantRoleChanged', { roomId, userId, role: pick(['admin', 'member'], c) });
        return;
      }
      case 'details': {
        this.#add(
          'RoomDetailsChanged',
          { roomId, ...(c % 2 === 0 ? { visibility: 'private' } : { settings: { posting: 'moderators' } }) },
          userId,
          c % 3 === 0 ? { topic: `topic ${c}` } : { name: `name ${c}` },
        );
        return;
      }
      case 'archive': {
        this.#add('RoomArchived', { roomId });
        return;
      }
      case 'unarchive': {
        this.#add('RoomUnarchived', { roomId });
        return;
      }
      case 'create': {
        this.#createRoom(c);
        return;
      }
      case 'profile': {
        this.#add('ProfileChanged', { userId }, userId, { displayName: `Name ${c}` });
        return;
      }
      case 'organization-role': {
        this.#add('OrganizationRoleChanged', {
          userId,
          role: pick(['admin', 'compliance', 'member'], c),
        });
        return;
      }
      case 'deactivate': {
        this.#add('UserDeactivated', { userId });
        return;
      }
      case 'reactivate': {
        this.#add('UserReactivated', { userId });
        return;
      }
      case 'register': {
        this.#register();
        return;
      }
      case 'invite': {
        this.#invite(c);
        return;
      }
      case 'session':
        this.#add('SessionStarted', { userId, sessionId: idOf(`session ${c}`) });
        {
          this.#add('SessionEnded', { userId, sessionId: idOf(`session ${c}`), reason: 'logout' });
          return;
        }
      case 'hold':
        this.#add(
          'LegalHoldPlaced',
          { holdId: idOf(`hold ${c}`), userIds: null, roomIds: [roomId], from: null, to: null },
          userId,
          { name: 'hold', reason: 'why' },
        );
        {
          this.#add('LegalHoldReleased', { holdId: idOf(`hold ${c}`) });
          return;
        }
      case 'retention':
        this.#add('RetentionSet', { roomId: null, days: 1 });
        {
          this.#add('RetentionApplied', { roomDays: [{ roomId, day: dayOf(c % 3) }] });
          return;
        }
      case 'erase':
        if (c % 4 !== 0) return;
        this.#add('ErasureRequested', { erasureId: idOf(`erasure ${a}`), userId }, userId, { reason: 'why' });
        {
          this.#add('ContentErased', { erasureId: idOf(`erasure ${a}`), userId });
          return;
        }
      case 'audit': {
        this.#audit(c);
        return;
      }
    }
  }

  #register(): void {
    const userId = idOf(`person ${this.#people.length}`);
    this.#people.push(userId);
    const name = `Person ${this.#people.length}`;
    this.#add('UserRegistered', { userId, source: null }, userId, {
      displayName: name,
      email: `${name}@example.org`,
    });
    this.#add('UserJoined', { userId, role: 'member', invitationId: null, imported: false });
  }

  #createRoom(seed: number): void {
    const roomId = idOf(`room ${this.#rooms.length}`);
    this.#rooms.push(roomId);
    const visibility = seed % 2 === 0 ? 'public' : 'private';
    const creator = pick(this.#people, seed);
    this.#add('RoomCreated', { roomId, kind: 'channel', visibility, imported: false }, creator, {
      name: 'room',
      description: '',
    });
    this.#add('ParticipantJoined', { roomId, userId: creator, role: 'admin' }, creator);
    for (const userId of this.#people.slice(0, 3))
      if (userId !== creator) this.#add('ParticipantAdded', { roomId, userId, role: 'member' }, creator);
  }

  #send(authorId: string, roomId: string, seed: number): void {
    const messageId = idOf(`message ${this.#messages.length}`);
    const day = dayOf(seed % 3);
    const earlier = this.#messages.filter((message) => message.roomId === roomId);
    const root = seed % 4 === 0 ? earlier[seed % Math.max(1, earlier.length)] : undefined;
    this.#messages.push({ messageId, roomId, authorId, day, deleted: false });
    this.#add(
      'MessageSent',
      {
        messageId,
        roomId,
        authorId,
        day,
        mentions: mentionsOf(this.#people, seed),
        kind: 'text',
        replyTo: null,
        threadOf: root?.messageId ?? null,
        roomRevision: 0,
        source: seed % 5 === 0 ? { id: `source ${messageId}`, at: '2015-06-01T00:00:00.000Z' } : null,
      },
      authorId,
      { text: textOf(seed) },
    );
  }

  #edit({ messageId, roomId, authorId, day }: Said, seed: number): void {
    const mentions = mentionsOf(this.#people, seed);
    this.#add('MessageEdited', { messageId, roomId, authorId, day, mentions }, authorId, {
      text: textOf(seed + 1),
    });
  }

  #invite(seed: number): void {
    const invitationId = idOf(`invitation ${seed}`);
    this.#add(
      'UserInvited',
      { invitationId, role: 'member', expiresAt: '2027-01-01T00:00:00.000Z' },
      undefined,
      { email: null },
    );
    this.#add('InvitationRevoked', { invitationId });
  }

  #audit(seed: number): void {
    const exportId = idOf(`export ${seed}`);
    this.#add(
      'AuditAccessed',
      {
        accessId: exportId,
        access: 'events',
        roomId: null,
        allowed: true,
        results: 1,
        fromPosition: null,
        toPosition: null,
      },
      undefined,
      { asked: '{}', reason: null },
    );
    this.#add('ExportRequested', { exportId, format: 'jsonl', untilPosition: '1' }, undefined, {
      asked: '{}',
      reason: 'why',
    });
    this.#add('ExportCompleted', { exportId, sha256: '', bytes: 0 });
    this.#add('CheckpointPublished', { treeSize: 1, note: '' });
    this.#add('LoginFailed', { userId: pick(this.#people, seed), count: 1, firstAt: null });
    this.#add('ProjectionRetried', { readModel: 'none', partition: 'none', position: '1' });
    this.#add('ProjectionSkipped', { readModel: 'none', partition: 'none', position: '1', cause: '' });
  }

  #add(
    type: DomainEvent['type'],
    data: Readonly<Record<string, unknown>>,
    actorId = this.#organizationId,
    fields?: Readonly<Record<string, unknown>>,
  ): void {
    const position = BigInt(this.items.length + 1);
    const created = new Date(startMs + this.items.length * 1_000);
    const roomId = typeof data.roomId === 'string' ? data.roomId : undefined;
    if (roomId !== undefined) this.#lastSeq.set(roomId, (this.#lastSeq.get(roomId) ?? 0) + 1);
    const metadata = {
      organizationId: this.#organizationId,
      actorId,
      ...(roomId !== undefined && { roomId }),
      commandId: idOf(`command ${position}`),
      correlationId: idOf(`command ${position}`),
      causationId: idOf(`command ${position}`),
      occurredAt: created.toISOString(),
      schema: 1,
      context: { sessionId: null },
    };
    const stream = streamOf(type, data, this.#organizationId);
    const stored = {
      id: idOf(`event ${position}`),
      type,
      stream,
      revision: position,
      position,
      created,
      data,
      metadata,
    };
    const content = fields === undefined ? {} : { content: { status: 'present', fields } };
    // Put together as the codec gives it; the codec itself has tests of its own.
    this.items.push({ stored, event: { ...stored, ...content } as unknown as Recorded, failure: null });
  }
}

const idsOf = ({ messageId, roomId }: Said) => ({ messageId, roomId });
const dayOf = (index: number): string => `2026-01-0${index + 1}`;
const textOf = (seed: number): string =>
  [seed, seed >> 2, seed >> 4].map((index) => words[index % words.length]).join(' ');

function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function mentionsOf(people: readonly string[], seed: number): { userIds: string[]; room: boolean } {
  return { userIds: seed % 3 === 0 ? [pick(people, seed)] : [], room: seed % 7 === 0 };
}

function streamOf(type: string, data: Readonly<Record<string, unknown>>, organizationId: string): string {
  if (typeof data.messageId === 'string') return `message-${data.messageId}`;
  if (typeof data.roomId === 'string') return `room-${data.roomId}`;
  if (type.startsWith('Session') || type === 'UserRegistered' || type === 'ProfileChanged')
    return `user-${String(data.userId)}`;
  return `organization-${organizationId}`;
}
