import {
  createPool,
  pageOf,
  searchHitView,
  sqlSourceOf,
  type Database,
  type SearchHitView,
  type SqlSource,
} from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../testing/person.ts';
import { startSystem, type System } from '../testing/system.ts';
import { searchMessages } from './search-messages.ts';

const hits = pageOf(searchHitView);

let system: System;
let ada: Person;
let bob: Person;
let database: Database;

beforeAll(async () => {
  system = await startSystem();
  ada = await Person.signUp(system, 'Ada Lovelace');
  bob = await ada.invite('Bob');
  database = createPool(system.databaseUrl, { applicationName: 'test' });
});
afterAll(async () => {
  await database.destroy();
  await system.stop();
});

const pageFor = (person: Person, q: string, more = '') =>
  person.get(hits, `/chat/search?q=${encodeURIComponent(q)}${more}`);
const textsFor = async (person: Person, q: string): Promise<(string | null)[]> =>
  (await pageFor(person, q)).items.map(({ message }) => message.text);
const roomOf = (person: Person, name: string, visibility = 'public') =>
  person.command('POST', '/chat/rooms', { kind: 'channel', visibility, name });
const marked = ({ snippet, highlights }: SearchHitView): string[] =>
  highlights.map(([start, end]) => snippet.slice(start, end));

describe('a search', () => {
  it('finds words and parts of words in any script, and marks them', async () => {
    const room = await roomOf(ada, 'scripts');
    const said = [
      'Die Straßenbahn kommt',
      '今日は日本語の勉強です',
      'Привет, Ёлка!',
      'สวัสดีครับ',
      '안녕하세요 여러분',
      'party 🎉 now',
    ];
    for (const text of said) await ada.say(room, text);
    for (const [q, index, mark] of [
      ['STRASSENBAHN', 0, 'Straßenbahn'],
      ['assenba', 0, 'aßenba'],
      ['日本', 1, '日本'],
      ['елка', 2, 'Ёлка'],
      ['สวัสดี', 3, 'สวัสดี'],
      ['안녕', 4, '안녕'],
      ['🎉', 5, '🎉'],
    ] as const) {
      const { items } = await pageFor(ada, `${q} in:scripts`);
      expect(items.map(({ message }) => message.text)).toEqual([said[index]]);
      expect(items.flatMap(marked)).toEqual([mark]);
      expect(items[0]?.roomName).toBe('scripts');
    }
  });

  it('takes phrases, exclusion and filters', async () => {
    const [cars, other] = [await roomOf(ada, 'cars'), await roomOf(ada, 'other cars')];
    await bob.command('POST', `/chat/rooms/${cars}/join`);
    await ada.say(cars, 'a red car');
    await bob.say(cars, 'the red old car');
    await ada.say(other, 'another red car, see https://example.org');
    const find = (q: string) => textsFor(ada, q);
    expect(await find('"red car"')).toHaveLength(2);
    expect(await find('red -"red car"')).toEqual(['the red old car']);
    expect(await find('red car -another in:cars')).toHaveLength(2);
    expect(await find('red from:bob')).toEqual(['the red old car']);
    expect(await find('red from:lovelace in:cars')).toEqual(['a red car']);
    expect(await find('red from:me -in:"other cars"')).toEqual(['a red car']);
    expect(await find('car has:link')).toEqual(['another red car, see https://example.org']);
    const today = new Date().toISOString().slice(0, 10);
    expect(await find(`red after:${today}`)).toHaveLength(3);
    expect(await find(`red before:${today}`)).toEqual([]);
    expect(await find('red from:nobody')).toEqual([]);
    expect(await find('redcarunheardof')).toEqual([]);
  });

  it('shows nothing of a room that the searcher may not read, nor of another organization', async () => {
    const hidden = await roomOf(ada, 'hidden', 'private');
    await ada.say(hidden, 'the combination is xyzzy');
    const stranger = await Person.signUp(system, 'Eve');
    expect(await textsFor(ada, 'xyzzy')).toHaveLength(1);
    expect(await textsFor(bob, 'xyzzy')).toEqual([]);
    expect(await textsFor(bob, 'in:hidden')).toEqual([]);
    expect(await textsFor(stranger, 'xyzzy')).toEqual([]);
    await ada.command('POST', `/chat/rooms/${hidden}/participants`, { userId: bob.userId });
    expect(await textsFor(bob, 'xyzzy')).toHaveLength(1);
    await ada.command('DELETE', `/chat/rooms/${hidden}/participants/${bob.userId}`);
    expect(await textsFor(bob, 'xyzzy')).toEqual([]);
  });

  it('finds a short word, in however many commoner words it stands', async () => {
    const room = await roomOf(ada, 'short words');
    const longer = Array.from({ length: 210 }, (_, index) => `quuz${index}`).join(' ');
    for (const text of [longer, longer, 'the very quuz']) await ada.say(room, text);
    expect(await textsFor(ada, 'quuz very')).toEqual(['the very quuz']);
  });

  it('takes names of people and rooms without their accents', async () => {
    const jose = await ada.invite('José Núñez');
    const room = await roomOf(jose, 'Café Ölçü');
    await jose.say(room, 'hola from the counter');
    for (const filter of ['from:jose', 'from:NUNEZ', 'from:José', 'in:cafe', 'in:"cafe olcu"', 'in:CAFÉ'])
      expect(await textsFor(ada, `hola ${filter}`)).toEqual(['hola from the counter']);
    expect(await textsFor(ada, 'hola from:jos_')).toEqual([]);
  });

  it.each(['from:constructor', 'in:__proto__'])('has nobody and no room for %s', async (filter) => {
    expect(await textsFor(ada, `the ${filter}`)).toEqual([]);
  });

  it('follows an edit and a deletion at once', async () => {
    const room = await roomOf(ada, 'slips');
    const message = await ada.say(room, 'the plugh password');
    await ada.command('PATCH', `/chat/messages/${message}`, { text: 'the frotz password' });
    expect(await textsFor(ada, 'plugh')).toEqual([]);
    expect(await textsFor(ada, 'frotz')).toEqual(['the frotz password']);
    await ada.command('DELETE', `/chat/messages/${message}`);
    expect(await textsFor(ada, 'frotz')).toEqual([]);
  });

  it('gives page after page, each hit once, whole words first', async () => {
    const room = await roomOf(ada, 'pages');
    for (let index = 0; index < 25; index += 1)
      await ada.say(room, index % 5 === 0 ? `zork ${index}` : `unzorkable ${index}`);
    const seen: (string | null)[] = [];
    let cursor = '';
    for (;;) {
      const page = await pageFor(ada, 'zork', `&limit=7${cursor}`);
      seen.push(...page.items.map(({ message }) => message.text));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(new Set(seen).size).toBe(25);
    expect(seen.slice(0, 5)).toEqual(['zork 20', 'zork 15', 'zork 10', 'zork 5', 'zork 0']);
  });

  it('gives each hit once, whatever newer hits come meanwhile', async () => {
    const room = await roomOf(ada, 'meanwhile');
    const said = Array.from({ length: 20 }, (_, index) => `grue ${index}`);
    for (const text of said) await ada.say(room, text);
    const seen: (string | null)[] = [];
    let cursor = '';
    for (let index = 0; ; index += 1) {
      const page = await pageFor(ada, 'grue', `&limit=5${cursor}`);
      seen.push(...page.items.map(({ message }) => message.text));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
      const newer = await ada.say(room, `grue, newer ${index}`);
      await textsFor(ada, 'newer'); // it is there
      await database.raw(
        `UPDATE chat.message SET created_at = created_at + interval '30 days' WHERE message_id = ?`,
        [newer],
      );
    }
    expect(seen).toEqual([...said].reverse());
  });

  it('gives each hit once, however long each page takes', async () => {
    const room = await roomOf(ada, 'slow and fast');
    for (let index = 0; index < 4; index += 1) await ada.say(room, `frob nitz ${index}`);
    for (let wave = 0; wave < 8; wave += 1)
      await Promise.all(Array.from({ length: 40 }, () => ada.say(room, 'nitz frob')));
    for (let index = 4; index < 8; index += 1)
      await ada.say(room, `frob nitz ${index} ${'and so on '.repeat(300)}`);
    await textsFor(ada, 'nitz'); // all of it is there
    const fast = sqlSourceOf(database);
    const slow: SqlSource = {
      query: async (sql, values) => {
        await database.raw('SELECT pg_sleep(0.2)');
        return fast.query(sql, values);
      },
    };
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let index = 0; ; index += 1) {
      const source = index % 2 === 0 ? slow : fast;
      const page = await searchMessages(source, ada, { q: '"frob nitz"', limit: 1, cursor });
      seen.push(...page.items.map(({ snippet }) => /frob nitz (\d)/.exec(snippet)?.[1] ?? ''));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['7', '6', '5', '4', '3', '2', '1', '0']);
  });

  it.each([
    ['q=', 422],
    ['', 422],
    ['q=++', 422],
    [`q=${'a'.repeat(501)}`, 422],
    ['q=a&q=b', 422],
    ['q=x&unknown=1', 422],
    ['q=x&cursor=nonsense', 400],
    [`q=x&cursor=${Buffer.from('["9","1",0,"high","3"]').toString('base64url')}`, 400],
    [`q=x&cursor=${Buffer.from('["99999999999999999999"]').toString('base64url')}`, 400],
    ['q=foo%20%26%20%7C%20!%20%3A*', 200],
    ['q=%27%3B%20DROP%20TABLE%20chat.message', 200],
    ['q=%25%25%25', 422],
    ['q=a_%25', 200],
  ])('?%s is answered %i', async (query, status) => {
    expect((await ada.ask(`/chat/search?${query}`)).status).toBe(status);
  });
});
