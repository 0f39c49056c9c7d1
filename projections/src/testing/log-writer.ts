import {
  canonicalJson,
  encodeEvent,
  eventCatalogue,
  keysToSeal,
  MasterKey,
  newId,
  Sealer,
  streamOf,
  uuidV5,
  vaultDatabase,
  VaultKeyring,
  vaultSchema,
  type Database,
  type DomainEvent,
  type EventStore,
  type RoomRole,
  type Visibility,
} from '@verbatim/shared';

/** For tests alone: any 32 bytes, as long as writer and projector have the same. */
export const testMasterKey = Buffer.alloc(32, 'verbatim-test-key');

/** Writes events into a log as the commands do, sealed, without the rules of the commands. */
export class LogWriter {
  readonly #eventStore: EventStore;
  readonly #keyring: VaultKeyring;
  readonly #sealer: Sealer;
  /** Of the last event appended. */
  position = 0n;
  /** The clock of the events: rises by a second with each, so that a history is the same whenever it is written. */
  #occurredAt = Date.parse('2026-01-01T00:00:00.000Z');
  #count = 0;

  private constructor(eventStore: EventStore, database: Database) {
    this.#eventStore = eventStore;
    this.#keyring = new VaultKeyring(
      vaultDatabase(database),
      new MasterKey(testMasterKey.toString('base64')),
    );
    this.#sealer = new Sealer(this.#keyring);
  }

  static async open(eventStore: EventStore, database: Database): Promise<LogWriter> {
    for (const statement of vaultSchema) await database.raw(statement);
    return new LogWriter(eventStore, database);
  }

  get keyring(): VaultKeyring {
    return this.#keyring;
  }

  /** Appends in order; `actorId` stands in the metadata of all. */
  async append(organizationId: string, actorId: string, events: readonly DomainEvent[]): Promise<bigint> {
    for (const event of events) {
      this.#occurredAt += 1_000;
      this.#count += 1;
      const roomId = 'roomId' in event.data ? event.data.roomId : null;
      const commandId = newId();
      const metadata = {
        organizationId,
        actorId,
        ...(roomId !== null && { roomId }),
        commandId,
        correlationId: commandId,
        causationId: commandId,
        occurredAt: new Date(this.#occurredAt).toISOString(),
        sessionId: null,
      };
      await this.#keyring.prepare(organizationId, keysToSeal(event, metadata), { create: true });
      const id = uuidV5(organizationId, `${this.#count}:${canonicalJson(event.data)}`);
      const encoded = encodeEvent(event, id, metadata, this.#sealer);
      const result = await this.#eventStore.append(streamOfEvent(event, organizationId), [encoded], {
        expectedRevision: 'any',
      });
      if (result.status !== 'appended') throw new Error(`the test's append was ${result.status}`);
      this.position = result.position;
    }
    return this.position;
  }

  /** An organization with these people, the first of them its owner. */
  async organization(names: readonly string[]): Promise<{ organizationId: string; userIds: string[] }> {
    const organizationId = newId();
    const userIds = names.map(() => newId());
    const [owner = organizationId] = userIds;
    const events: DomainEvent[] = [
      { type: 'OrganizationCreated', data: { organizationId, name: 'Test' } },
      ...userIds.flatMap((userId, index) => person(userId, names[index] ?? '', index === 0)),
    ];
    await this.append(organizationId, owner, events);
    return { organizationId, userIds };
  }

  async room(
    organizationId: string,
    userIds: readonly string[],
    { visibility = 'private', name = 'room' }: { visibility?: Visibility; name?: string } = {},
  ): Promise<string> {
    const roomId = newId();
    await this.append(organizationId, userIds[0] ?? organizationId, [
      roomCreated(roomId, visibility, name),
      ...userIds.map((userId, index) => joined(roomId, userId, index === 0 ? 'admin' : 'member')),
    ]);
    return roomId;
  }
}

export function person(userId: string, displayName: string, isOwner = false): DomainEvent[] {
  return [
    {
      type: 'UserRegistered',
      data: { userId, source: null },
      content: { status: 'present', fields: { displayName, email: `${userId}@example.org` } },
    },
    {
      type: 'UserJoined',
      data: { userId, role: isOwner ? 'owner' : 'member', invitationId: null, imported: false },
    },
  ];
}

export const roomCreated = (
  roomId: string,
  visibility: Visibility = 'private',
  name = 'room',
): DomainEvent => ({
  type: 'RoomCreated',
  data: { roomId, kind: 'channel', visibility, imported: false },
  content: { status: 'present', fields: { name, description: '' } },
});

export const joined = (roomId: string, userId: string, role: RoomRole = 'member'): DomainEvent => ({
  type: 'ParticipantJoined',
  data: { roomId, userId, role },
});

interface Said {
  readonly messageId?: string;
  readonly mentions?: readonly string[];
  readonly mentionsRoom?: boolean;
  readonly replyTo?: string;
  readonly threadOf?: string;
  readonly day?: string;
  readonly source?: { readonly id: string; readonly at: string };
}

export const said = (roomId: string, authorId: string, text: string, more: Said = {}): DomainEvent => ({
  type: 'MessageSent',
  data: {
    messageId: more.messageId ?? newId(),
    roomId,
    authorId,
    day: more.day ?? '2026-01-01',
    mentions: { userIds: [...(more.mentions ?? [])], room: more.mentionsRoom ?? false },
    kind: 'text',
    replyTo: more.replyTo ?? null,
    threadOf: more.threadOf ?? null,
    roomRevision: 0,
    source: more.source ?? null,
  },
  content: { status: 'present', fields: { text } },
});

export const edited = (roomId: string, authorId: string, messageId: string, text: string): DomainEvent => ({
  type: 'MessageEdited',
  data: { messageId, roomId, authorId, day: '2026-01-01', mentions: { userIds: [], room: false } },
  content: { status: 'present', fields: { text } },
});

function streamOfEvent({ type, data }: DomainEvent, organizationId: string): string {
  const id = (name: string): string => {
    const value: unknown = Reflect.get(data, name);
    if (typeof value !== 'string') throw new TypeError(`a ${type} has no ${name}`);
    return value;
  };
  switch (eventCatalogue[type].category) {
    case 'message':
      return streamOf.message(id('messageId'));
    case 'reading':
      return streamOf.reading(id('roomId'), id('userId'));
    case 'room':
      return streamOf.room(id('roomId'));
    case 'user':
      return streamOf.user(id('userId'));
    case 'audit':
      return streamOf.audit(organizationId);
    case 'organization':
      return streamOf.organization(organizationId);
  }
}
