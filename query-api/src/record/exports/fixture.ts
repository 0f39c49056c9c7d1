import type { ExportedRoom, MessageLine, Person, PresenceLine, TranscriptLine } from './transcript.ts';

/** Names and texts that break writers: quotes, line ends, markup, formulas, control and astral characters. */
export const awkwardTexts = [
  'plain',
  '=SUM(A1:A9)',
  '+1',
  '-1',
  '@room',
  '\tindented',
  'a "quoted", word;\r\nand\na line\rend',
  '<b>&amp;</b> ]]> --> <![CDATA[',
  'Grüße 👋🏽 \u2028 日本語 \u0018 \u202eevil',
  ' ',
  "'already quoted",
];

export const ann: Person = {
  id: '0198a000-0000-7000-8000-00000000000a',
  displayName: 'Ann "Ännchen" <O\'Neil>',
  email: 'ann@example.org',
};
export const imported: Person = {
  id: '0198a000-0000-5000-8000-00000000000b',
  displayName: 'böb, of elsewhere',
  email: null,
};
export const erased: Person = {
  id: '0198a000-0000-7000-8000-00000000000c',
  displayName: null,
  email: null,
};

export const room: ExportedRoom = {
  id: '0198a000-0000-7000-8000-000000000001',
  kind: 'channel',
  visibility: 'private',
  name: 'Ops & "Dev"\n=1',
};

const startMs = Date.parse('2026-11-22T10:00:00.000Z');

export function sent(index: number, text: string | null, change: Partial<MessageLine> = {}): MessageLine {
  const atMs = startMs + index * 1_000;
  return {
    kind: 'message',
    change: 'sent',
    messageId: `message-${index}`,
    eventId: `event-${index}`,
    author: ann,
    by: ann,
    createdAtMs: atMs,
    atMs,
    text,
    content: text === null ? 'erased' : 'present',
    isSuperseded: false,
    replyTo: null,
    ...change,
  };
}

export function came(person: Person, change: PresenceLine['change'], index: number): PresenceLine {
  return { kind: 'presence', change, person, atMs: startMs + index * 1_000 };
}

export const lines: readonly TranscriptLine[] = [
  came(ann, 'present', 0),
  came(imported, 'entered', 1),
  ...awkwardTexts.map((text, index) => sent(index + 2, text)),
  sent(20, 'first', { isSuperseded: true }),
  sent(21, 'second', { change: 'edited', messageId: 'message-20', createdAtMs: startMs + 20_000 }),
  sent(22, 'gone', { change: 'deleted', messageId: 'message-2', replyTo: 'message-3' }),
  sent(23, null, { author: erased, by: erased }),
  came(imported, 'left', 30),
];

export async function* streamed<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}

export async function joined(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}
