import { expect, test } from 'vitest';
import { LineReader } from './source-line.ts';

const line = (fields: object): string =>
  JSON.stringify({
    id: 'zulip:1',
    room: 'general',
    ts: '2020-01-01T00:00:00.000Z',
    author: 'Ada',
    text: 'hi',
    ...fields,
  });

test('a line becomes a message by its author at its own time', () => {
  expect(new LineReader().read(line({ authorId: 'u1', replyTo: 'zulip:0' }))).toEqual([
    {
      sourceId: 'zulip:1',
      at: '2020-01-01T00:00:00.000Z',
      as: { sourceUserId: 'zulip:u1', displayName: 'Ada' },
      command: { type: 'SendMessage', room: 'general', text: 'hi', replyTo: 'zulip:0' },
    },
  ]);
});

test('a topic becomes a thread under its first message', () => {
  const reader = new LineReader();
  const [root] = reader.read(line({ topic: 'ideas' }));
  const [reply] = reader.read(line({ id: 'zulip:2', topic: 'ideas' }));
  const [elsewhere] = reader.read(line({ id: 'zulip:3', room: 'other', topic: 'ideas' }));
  expect(root?.command).not.toHaveProperty('threadOf');
  expect(reply?.command).toHaveProperty('threadOf', 'zulip:1');
  expect(elsewhere?.command).not.toHaveProperty('threadOf');
});

test('reactions follow their message, one for each person', () => {
  const items = new LineReader().read(line({ reactions: [{ name: '+1', users: ['bo', 'cy'] }] }));
  expect(items.map(({ command }) => command.type)).toEqual(['SendMessage', 'React', 'React']);
  expect(new Set(items.map(({ sourceId }) => sourceId)).size).toBe(3);
});

test.each([
  ['not JSON', '{'],
  ['without an id', line({ id: undefined })],
  ['with a time that is none', line({ ts: 'yesterday' })],
])('a line %s is refused', (_name, text) => {
  expect(() => new LineReader().read(text)).toThrow();
});
