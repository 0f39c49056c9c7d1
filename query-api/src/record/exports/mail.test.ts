import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { ann, awkwardTexts, erased, imported, came, joined, room, streamed } from './fixture.ts';
import { mailOf, type MessageTrail, type RoomDay } from './mail.ts';

const atMs = Date.parse('2026-11-22T10:00:00.000Z');
const version = (text: string | null, by = ann) => ({
  atMs,
  by,
  text,
  content: text === null ? ('erased' as const) : ('present' as const),
});
const trail = (messageId: string, ...texts: (string | null)[]): MessageTrail => ({
  messageId,
  author: ann,
  createdAtMs: atMs,
  versions: texts.map((text) => version(text)),
  deleted: null,
});

const trails: MessageTrail[] = [
  ...awkwardTexts.map((text, index) => trail(`message-${index}`, text)),
  trail('edited', 'the first words', 'the second words'),
  { ...trail('deleted', 'words somebody deleted'), deleted: { atMs: atMs + 5_000, by: imported } },
  { ...trail('erased', null), author: erased },
];
const day: RoomDay = {
  room,
  day: '2026-11-22',
  presence: [came(imported, 'entered', 1)],
  participants: [
    { person: ann, messages: 13 },
    { person: imported, messages: 0 },
    ...Array.from({ length: 40 }, (_, index) => ({
      person: { id: `p${index}`, displayName: `Person ${index}`, email: `p${index}@example.org` },
      messages: 0,
    })),
  ],
  messages: () => streamed(trails),
};

test('a mail parser reads headers, participants and both bodies', async () => {
  const mail = await PostalMime.parse(await joined(mailOf(day)));
  expect(mail.from).toEqual({ name: ann.displayName, address: ann.email });
  expect(mail.to).toHaveLength(42);
  expect(mail.to?.[1]).toEqual({ name: imported.displayName, address: `${imported.id}@people.invalid` });
  expect(mail.subject).toContain('Ops & "Dev"');
  expect(new Date(mail.date ?? '').toISOString()).toBe('2026-11-22T23:59:59.000Z');
  const header = (key: string) => mail.headers.find((candidate) => candidate.key === key)?.value;
  expect(header('auto-submitted')).toBe('auto-generated');
  expect(header('precedence')).toBe('bulk');
  expect(header('x-verbatim-channelid')).toBe(room.id);
  expect(header('x-verbatim-channeltype')).toBe('private');
  expect(mail.attachments).toEqual([]);
});

test('every version is there, deleted and edited ones too, in text and in HTML', async () => {
  const { text = '', html = '' } = await PostalMime.parse(await joined(mailOf(day)));
  for (const words of [...awkwardTexts, 'the first words', 'the second words', 'words somebody deleted']) {
    expect(text.replaceAll('\r\n', '\n')).toContain(words.replaceAll(/\r\n|\r/g, '\n'));
  }
  expect(html).toContain('&lt;b&gt;&amp;amp;&lt;/b&gt;');
  expect(html).toContain('words somebody deleted');
  expect(text).toContain('[deleted by böb, of elsewhere]');
  expect(text).toContain('[erased]');
  expect(text).not.toContain('null');
});

test('no line is longer than mail allows, and all end as mail does', async () => {
  const raw = await joined(mailOf(day));
  for (const line of raw.split('\r\n')) {
    expect(line.length).toBeLessThanOrEqual(998);
    expect(line).not.toMatch(/[\r\n]/);
  }
});

test('is the same to the byte when made again', async () => {
  expect(await joined(mailOf(day))).toBe(await joined(mailOf(day)));
});
