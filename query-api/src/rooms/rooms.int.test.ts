import {
  durableFrameSchema,
  messagePageView,
  messageVersionView,
  messageView,
  pageOf,
  participantView,
  placedMessageView,
  receiptView,
  roomSummaryView,
  roomView,
} from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../testing/person.ts';
import { startSystem, type System } from '../testing/system.ts';

const rooms = pageOf(roomSummaryView.strict());
const messages = pageOf(messageView.strict());
const mentions = pageOf(placedMessageView.strict());
const frames = pageOf(durableFrameSchema);

let system: System;
let ada: Person;
let bob: Person;
let eve: Person;

beforeAll(async () => {
  system = await startSystem();
  ada = await Person.signUp(system, 'Ada');
  bob = await ada.invite('Bob');
  eve = await ada.invite('Eve');
});
afterAll(() => system.stop());

const roomOf = (person: Person, body: Readonly<Record<string, unknown>>): Promise<string> =>
  person.command('POST', '/chat/rooms', body);
const pair = (name: string): Promise<string> =>
  roomOf(ada, { kind: 'channel', visibility: 'private', name, participantIds: [bob.userId] });
const mine = async (person: Person, roomId: string) =>
  (await person.get(rooms, '/chat/rooms')).items.find(({ id }) => id === roomId);

describe('my rooms', () => {
  it('tell what is unread and who called me', async () => {
    const roomId = await pair('counts');
    await ada.say(roomId, 'one');
    await ada.say(roomId, 'for @Bob');
    await ada.say(roomId, 'for @room and @Bob');
    const last = await ada.say(roomId, 'gone soon');
    await ada.command('DELETE', `/chat/messages/${last}`);

    expect(await mine(bob, roomId)).toMatchObject({
      kind: 'channel',
      visibility: 'private',
      name: 'counts',
      role: 'member',
      unread: 3,
      mentions: 2,
      readSeq: 2,
      lastSeq: 7,
      lastMessage: { id: last, content: 'deleted', text: null },
      participantIds: [],
    });
    expect(await mine(ada, roomId)).toMatchObject({ role: 'admin', unread: 0, mentions: 0 });

    await bob.command('PUT', `/chat/rooms/${roomId}/read`, { seq: 4 });
    expect(await mine(bob, roomId)).toMatchObject({ unread: 1, mentions: 1, readSeq: 4 });
  });

  it('tell who the two of a direct room are', async () => {
    const roomId = await roomOf(ada, { kind: 'direct', participantIds: [bob.userId] });
    const room = await mine(bob, roomId);
    expect(room).toMatchObject({ kind: 'direct', name: null, lastMessage: null });
    expect(room?.participantIds.toSorted()).toEqual([ada.userId, bob.userId].toSorted());
  });

  it('come page by page, each once', async () => {
    for (let number = 0; number < 5; number += 1) await roomOf(eve, { kind: 'group', name: `g${number}` });
    const all = await eve.get(rooms, '/chat/rooms?limit=200');
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: { id: string }[]; nextCursor: string | null } = await eve.get(
        rooms,
        `/chat/rooms?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(found).toEqual(all.items.map(({ id }) => id));
    expect(found).toHaveLength(5);
  });

  it('leave out what one is not in; that is discovered when it is public', async () => {
    const open = await roomOf(ada, { kind: 'channel', name: 'open' });
    const secret = await roomOf(ada, { kind: 'channel', visibility: 'private', name: 'secret' });
    const discover = async (person: Person) =>
      (await person.get(rooms, '/chat/rooms?discover=true')).items.map(({ id }) => id);

    expect(await mine(eve, open)).toBeUndefined();
    expect(await discover(eve)).toContain(open);
    expect(await discover(eve)).not.toContain(secret);
    expect(await discover(ada)).not.toContain(open);
    await eve.command('POST', `/chat/rooms/${open}/join`);
    expect(await discover(eve)).not.toContain(open);
  });
});

describe('my mentions', () => {
  const idsOf = async (person: Person, query = '') =>
    (await person.get(mentions, `/chat/mentions${query}`)).items.map(({ message }) => message.id);

  it('are what others say to me, read or not, over all rooms, the newest first', async () => {
    const dora = await ada.invite('Dora');
    const one = await roomOf(ada, { kind: 'channel', name: 'one', participantIds: [dora.userId] });
    const other = await roomOf(ada, { kind: 'group', name: 'other', participantIds: [dora.userId] });
    const first = await ada.say(one, 'for @Dora');
    const second = await ada.say(other, 'for @room');
    const both = await ada.say(one, 'for @room and @Dora');
    await dora.say(one, 'for @room, by myself, and @Dora');
    await ada.say(one, 'for nobody');
    await dora.command('PUT', `/chat/rooms/${one}/read`, { seq: 100 });
    expect(await idsOf(dora)).toEqual([both, second, first]);

    await ada.command('PATCH', `/chat/messages/${both}`, { text: 'for nobody any more' });
    const late = await ada.say(other, 'to be found later');
    await ada.command('PATCH', `/chat/messages/${late}`, { text: 'for @Dora after all' });
    await ada.command('DELETE', `/chat/messages/${second}`);
    expect(await idsOf(dora)).toEqual([late, first]);
  });

  it('as one of the room are only those while I was in it; by name also from open rooms before', async () => {
    const open = await roomOf(ada, { kind: 'channel', name: 'open' });
    const secret = await roomOf(ada, { kind: 'group', name: 'secret' });
    const fay = await ada.invite('Fay');
    await ada.say(open, 'for @room');
    const named = await ada.say(open, 'for @Fay');
    await ada.say(secret, 'for @Fay');
    expect(await idsOf(fay)).toEqual([named]);

    await fay.command('POST', `/chat/rooms/${open}/join`);
    const called = await ada.say(open, 'for @room again');
    expect(await idsOf(fay)).toEqual([called, named]);
    await fay.command('POST', `/chat/rooms/${open}/leave`);
    expect(await idsOf(fay)).toEqual([named]);
  });

  it('come page by page, each once, and refuse a cursor that is none', async () => {
    const gus = await ada.invite('Gus');
    const roomId = await roomOf(ada, { kind: 'channel', name: 'pages', participantIds: [gus.userId] });
    const said: string[] = [];
    for (let number = 0; number < 5; number += 1) said.unshift(await ada.say(roomId, `${number} @Gus`));
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = `?limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page = await gus.get(mentions, `/chat/mentions${query}`);
      found.push(...page.items.map(({ message }) => message.id));
      cursor = page.nextCursor;
    }
    expect(found).toEqual(said);
    for (const cursor of [
      'x',
      '2026-01-01T00:00:00.000Z',
      '~',
      '2026~2026',
      `0000-01-01T00:00:00Z~${roomId}`,
    ])
      expect(await gus.ask(`/chat/mentions?cursor=${cursor}`)).toMatchObject({ status: 400 });
  });
});

describe('a room', () => {
  it('tells its details, and to those who read along that they are not in it', async () => {
    const roomId = await roomOf(ada, { kind: 'channel', name: 'open', description: 'for all' });
    await ada.command('PATCH', `/chat/rooms/${roomId}`, {
      topic: 'today',
      settings: { posting: 'moderators' },
    });
    await ada.say(roomId, 'hello');
    expect(await eve.get(roomView.strict(), `/chat/rooms/${roomId}`)).toMatchObject({
      role: null,
      unread: 0,
      readSeq: 0,
      description: 'for all',
      topic: 'today',
      settings: { posting: 'moderators' },
      participantCount: 1,
      imported: false,
      archived: false,
      lastMessage: { text: 'hello', author: { id: ada.userId, displayName: 'Ada' } },
    });
  });

  it('tells who is in it and how far each has read', async () => {
    const roomId = await pair('people');
    await ada.say(roomId, 'hello');
    await bob.command('PUT', `/chat/rooms/${roomId}/read`, { seq: 3 });
    const path = `/chat/rooms/${roomId}`;
    const { items: participants } = await bob.get(pageOf(participantView.strict()), `${path}/participants`);
    expect(participants.map(({ displayName, role }) => [displayName, role]).toSorted()).toEqual([
      ['Ada', 'admin'],
      ['Bob', 'member'],
    ]);
    const { items: receipts } = await ada.get(pageOf(receiptView.strict()), `${path}/receipts`);
    expect(receipts).toContainEqual({ userId: bob.userId, readSeq: 3 });
    const first = await bob.get(pageOf(participantView), `${path}/participants?limit=1`);
    const second = await bob.get(
      pageOf(participantView),
      `${path}/participants?limit=1&cursor=${first.nextCursor}`,
    );
    expect([...first.items, ...second.items]).toEqual(participants);
    expect(second.nextCursor).toBeNull();
  });

  it('hands out its frames after a seq, dense, and says when there are more', async () => {
    const roomId = await pair('frames');
    const id = await ada.say(roomId, 'first');
    await ada.command('PATCH', `/chat/messages/${id}`, { text: 'second' });
    await bob.command('PUT', `/chat/messages/${id}/reactions/${encodeURIComponent('👍')}`);
    const path = `/chat/rooms/${roomId}/events`;

    const all = await bob.get(frames, path);
    expect(all.items.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'participant_joined'],
      [2, 'participant_joined'],
      [3, 'message'],
      [4, 'message_edited'],
      [5, 'reaction_added'],
    ]);
    expect(all.items[2]).toMatchObject({ message: { text: 'first', reactions: [] } });
    const page = await bob.get(frames, `${path}?after=2&limit=2`);
    expect([page.items.map(({ seq }) => seq), page.nextCursor]).toEqual([[3, 4], '4']);
    const rest = await bob.get(frames, `${path}?after=${page.nextCursor}&limit=2`);
    expect([rest.items.map(({ seq }) => seq), rest.nextCursor]).toEqual([[5], null]);
    expect(await bob.get(frames, `${path}?after=9007199254740991`)).toEqual({ items: [], nextCursor: null });
  });
});

describe('the messages of a room', () => {
  let path: string;
  beforeAll(async () => {
    const roomId = await pair('history');
    path = `/chat/rooms/${roomId}/messages`;
    for (let number = 3; number <= 12; number += 1) await ada.say(roomId, String(number));
  });
  const page = (query: string) => bob.get(messagePageView.strict(), `${path}?${query}`);

  it.each([
    ['limit=4', [9, 10, 11, 12], '9'],
    ['limit=50', [3, 4, 5, 6, 7, 8, 9, 10, 11, 12], null],
    ['limit=3&before=6', [3, 4, 5], null],
    ['limit=2&before=6', [4, 5], '4'],
    ['limit=2&before=9007199254740991', [11, 12], '11'],
    ['limit=2&before=0', [], null],
    ['limit=3&after=0', [3, 4, 5], '5'],
    ['limit=3&after=9', [10, 11, 12], null],
    ['limit=3&after=12', [], null],
    ['limit=3&after=0&cursor=5', [6, 7, 8], '8'],
    ['limit=4&cursor=9', [5, 6, 7, 8], '5'],
    ['limit=5&around=7', [5, 6, 7, 8, 9], '5'],
    ['limit=4&around=3', [3, 4, 5, 6], null],
    ['limit=4&around=12', [9, 10, 11, 12], '9'],
    ['limit=1&around=7', [7], '7'],
  ])('%s is %j, then %j', async (query, seqs, cursor) => {
    const { items, nextCursor, asOf } = await page(query);
    expect([items.map(({ seq }) => seq), nextCursor, asOf]).toEqual([seqs, cursor, 12]);
    expect(items.map(({ text }) => text)).toEqual(seqs.map(String));
  });

  it('are none in a room without any', async () => {
    const roomId = await pair('empty');
    expect(await bob.get(messagePageView, `/chat/rooms/${roomId}/messages`)).toEqual({
      items: [],
      nextCursor: null,
      asOf: 2,
    });
  });
});

describe('a message', () => {
  it('tells its reactions, its thread and its versions', async () => {
    const roomId = await pair('threads');
    const root = await ada.say(roomId, 'root @Bob');
    const replies = [
      await bob.say(roomId, 'reply', { threadOf: root, replyTo: root }),
      await ada.say(roomId, 'again', { threadOf: root }),
    ];
    await ada.command('PATCH', `/chat/messages/${root}`, { text: 'root, changed' });
    for (const person of [bob, ada])
      await person.command('PUT', `/chat/messages/${root}/reactions/${encodeURIComponent('👍')}`);
    await ada.command('PUT', `/chat/messages/${root}/pin`);

    const view = await bob.get(messageView.strict(), `/chat/messages/${root}`);
    expect(view).toMatchObject({
      text: 'root, changed',
      content: 'present',
      mentions: [],
      replyCount: 2,
      pinned: true,
      reactions: [{ emoji: '👍', count: 2, userIds: [bob.userId, ada.userId] }],
    });
    expect(view.editedAt).not.toBeNull();
    expect((await bob.get(messages, `/chat/rooms/${roomId}/pins`)).items).toEqual([view]);

    for (const id of [root, ...replies])
      expect((await bob.get(messages, `/chat/messages/${id}/thread`)).items.map((reply) => reply.id)).toEqual(
        replies,
      );
    const first = await bob.get(messages, `/chat/messages/${root}/thread?limit=1`);
    const second = await bob.get(messages, `/chat/messages/${root}/thread?cursor=${first.nextCursor}`);
    expect(second.items.map(({ id }) => id)).toEqual([replies[1]]);

    const versions = pageOf(messageVersionView.strict());
    const history = await bob.get(versions, `/chat/messages/${root}/history`);
    const by = { id: ada.userId, displayName: 'Ada' };
    expect(history).toMatchObject({
      items: [
        { version: 1, text: 'root @Bob', by, at: view.createdAt },
        { version: 2, text: 'root, changed', by, at: view.editedAt },
      ],
      nextCursor: null,
    });
    expect((await bob.get(versions, `/chat/messages/${root}/history?limit=1`)).nextCursor).toBe('1');
    expect((await bob.get(versions, `/chat/messages/${String(replies[0])}/history`)).items).toMatchObject([
      { version: 1, text: 'reply', by: { displayName: 'Bob' } },
    ]);
  });

  it('that was deleted shows none of its versions', async () => {
    const roomId = await pair('deleted');
    const id = await ada.say(roomId, 'secret');
    await ada.command('PATCH', `/chat/messages/${id}`, { text: 'secret, changed' });
    await ada.command('DELETE', `/chat/messages/${id}`);
    const answers = await Promise.all(
      [`/chat/messages/${id}`, `/chat/messages/${id}/history`, `/chat/rooms/${roomId}/events`].map((path) =>
        bob.ask(path),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain('secret');
  });
});
