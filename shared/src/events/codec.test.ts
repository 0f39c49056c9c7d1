import { describe, expect, test } from 'vitest';
import { eventId } from '../ids/derived.ts';
import { canonicalJson } from '../json/canonical.ts';
import { GoneKeyError, Sealer, present } from '../sealing/content.ts';
import { FixtureKeyring } from '../sealing/keyring-fixture.ts';
import { personScope, roomDayScope } from '../sealing/key-scope.ts';
import type { DomainEvent } from './catalogue.ts';
import { decodeEvent, encodeEvent, keysToSeal, openContext, type StoredEvent } from './codec.ts';
import { MalformedEventError } from './malformed-event.ts';

const organizationId = '0198a000-0000-7000-8000-000000000001';
const authorId = '0198a000-0000-7000-8000-000000000002';
const roomId = '0198a000-0000-7000-8000-000000000003';
const messageId = '0198a000-0000-7000-8000-000000000004';
const commandId = '0198a000-0000-7000-8000-000000000005';

const sent: DomainEvent = {
  type: 'MessageSent',
  data: {
    messageId,
    roomId,
    authorId,
    day: '2026-11-22',
    mentions: { userIds: [], room: false },
    kind: 'text',
    replyTo: null,
    threadOf: null,
    roomRevision: 1,
    source: null,
  },
  content: present({ text: 'the plain words' }),
};

const metadata = {
  organizationId,
  actorId: authorId,
  roomId,
  commandId,
  correlationId: commandId,
  causationId: commandId,
  occurredAt: '2026-11-22T10:00:00.000Z',
  sessionId: null,
  context: { ip: '203.0.113.9', userAgent: 'a browser' },
};

function store(keyring: FixtureKeyring): StoredEvent {
  const id = eventId({ organizationId, actorId: authorId, command: 'SendMessage', commandId }, 0);
  const encoded = encodeEvent(sent, id, metadata, new Sealer(keyring));
  const place = { stream: `message-${messageId}`, revision: 0n, position: 7n, created: new Date(0) };
  return { ...encoded, ...place };
}

describe('an event in the store', () => {
  test('comes back as it went in', () => {
    const keyring = new FixtureKeyring();
    const decoded = decodeEvent(store(keyring), new Sealer(keyring));
    expect(decoded).toMatchObject(sent);
    expect(openContext(decoded, new Sealer(keyring))).toEqual(present(metadata.context));
  });

  test('shows neither words nor address, and is canonical to the byte', () => {
    const stored = store(new FixtureKeyring());
    const bytes = JSON.stringify([stored.data, stored.metadata]);
    expect(bytes).not.toContain('plain words');
    expect(bytes).not.toContain('203.0.113.9');
    expect(JSON.stringify(stored.data)).toBe(canonicalJson(stored.data));
    expect(JSON.stringify(stored.metadata)).toBe(canonicalJson(stored.metadata));
  });

  test.each([
    [personScope(authorId), 'erased'],
    [roomDayScope(roomId, '2026-11-22'), 'expired'],
  ] as const)('says that its content is gone once %s is destroyed', (scope, as) => {
    const keyring = new FixtureKeyring();
    const stored = store(keyring);
    keyring.destroy(organizationId, scope, as);
    expect(decodeEvent(stored, new Sealer(keyring))).toMatchObject({ content: { status: as } });
    expect(() => store(keyring)).toThrow(GoneKeyError);
  });

  test('is refused when its type is unknown, its shape wrong, its box changed or its schema from the future', () => {
    const sealer = new Sealer(new FixtureKeyring());
    const stored = store(new FixtureKeyring());
    const data = stored.data as { sealed: { box: string } };
    const broken: StoredEvent[] = [
      { ...stored, type: 'MessageWhispered' },
      { ...stored, data: 'not an object' },
      { ...stored, data: { ...data, sealed: { ...data.sealed, box: 'AAAA' } } },
      { ...stored, metadata: { ...(stored.metadata as object), schema: 99 } },
    ];
    for (const event of broken) expect(() => decodeEvent(event, sealer)).toThrow(MalformedEventError);
  });

  test('needs the keys of its content and of its actor', () => {
    expect(keysToSeal(sent, metadata)).toEqual([
      personScope(authorId),
      roomDayScope(roomId, '2026-11-22'),
      personScope(authorId),
    ]);
  });
});
