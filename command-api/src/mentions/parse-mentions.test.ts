import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NameIndex } from './name-index.ts';
import { parseMentions } from './parse-mentions.ts';

const people: Record<string, string> = {
  ann: 'Ann',
  annLee: 'Ann Lee',
  otherAnn: 'ann',
  josé: 'José Ángel',
  li: '李雷',
  min: '민수',
  greek: 'ΟΔΥΣΣΕΥΣ',
  roomy: 'room service',
  smile: '😀 Joy',
};
const names = new NameIndex();
for (const [id, name] of Object.entries(people)) names.set(id, name);

const everybody = () => true;
const called = (text: string, isCallable: (id: string) => boolean = everybody) =>
  parseMentions(text, names, isCallable).userIds;

describe('a name after @', () => {
  it.each([
    ['@José Ángel, look', ['josé']],
    ['@JOSÉ ÁNGEL', ['josé']],
    ['@Jose\u0301 A\u0301ngel', ['josé']],
    ['hi @ann lee!', ['annLee']],
    ['(@Ann)', ['ann', 'otherAnn']],
    ['你好@李雷你好', ['li']],
    ['@민수님', ['min']],
    ['@οδυσσευς', ['greek']],
    ['@😀 joy', ['smile']],
    ['@Ann Lee and @Ann', ['annLee', 'ann', 'otherAnn']],
    ['@Ann Leeward', ['ann', 'otherAnn']],
  ])('calls the person: %s', (text, ids) => expect(called(text)).toEqual(ids));

  it.each([
    ['an address', 'mail me: joe@ann.example'],
    ['a longer word', '@Annabelle'],
    ['a double sign', '@@Ann'],
    ['an escaped sign', '\\@Ann'],
    ['a space before the name', '@ Ann'],
    ['code', 'see `@Ann` there'],
    ['code with two marks', '``@Ann ` @Ann``'],
    ['a code block', 'look:\n```ts\n@Ann\n```\nend'],
    ['a code block of tildes', '~~~\n@Ann\n~~~'],
    ['a code block without an end', '```\n@Ann'],
    ['a quoted code block', '> ```\n> @Ann\n> ```'],
  ])('calls nobody in %s', (_, text) => expect(called(text)).toEqual([]));

  it.each([
    ['a mark without its pair', 'it`s @Ann', ['ann', 'otherAnn']],
    ['text after a block', '```\ncode\n```\n@Ann', ['ann', 'otherAnn']],
    ['text after a span', '`x`@Ann', ['ann', 'otherAnn']],
    ['a pair in another paragraph', 'a ` b\n\n@Ann ` c', ['ann', 'otherAnn']],
  ])('calls people beside %s', (_, text, ids) => expect(called(text)).toEqual(ids));

  it('calls only those who may be called here', () => {
    expect(called('@Ann Lee', (id) => id === 'ann')).toEqual(['ann']);
    expect(called('@Ann Lee', () => false)).toEqual([]);
  });
});

describe('@room', () => {
  it.each([
    ['@room', true],
    ['hey @Room!', true],
    ['@rooms', false],
    ['`@room`', false],
  ])('%s', (text, room) => expect(parseMentions(text, names, everybody)).toEqual({ userIds: [], room }));

  it('gives way to a person whose name goes on', () => {
    expect(parseMentions('@room service', names, everybody)).toEqual({ userIds: ['roomy'], room: false });
  });
});

describe('a changed name', () => {
  it('is found under the new spelling only', () => {
    const index = new NameIndex();
    index.set('a', 'Old');
    index.set('a', 'New');
    expect(parseMentions('@Old @New', index, everybody).userIds).toEqual(['a']);
    index.set('a', null);
    expect(parseMentions('@New', index, everybody).userIds).toEqual([]);
  });
});

describe('hostile text of 64 KB', () => {
  const hostileNames = new NameIndex();
  for (let length = 1; length <= 80; length += 1) {
    hostileNames.set(`a${length}`, 'a'.repeat(length));
    hostileNames.set(`at${length}`, '@ '.repeat(length / 2) + 'x');
  }
  const size = 65_536;
  const fill = (unit: string): string => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
  it.each([
    '@',
    '@ ',
    '@a',
    ' @aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    '`',
    '``` ',
    '`@a ``',
    '> > > ',
    '\n```\n@a',
    '~~~@a',
    ' ',
    '@room',
    '李@李',
  ])('%j is read within 50 ms', (unit) => {
    const text = fill(unit);
    parseMentions(text.slice(0, 1_000), hostileNames, everybody);
    const best = Math.min(
      ...Array.from({ length: 3 }, () => {
        // Time on the processor, which others on a busy machine do not lengthen.
        const before = process.cpuUsage();
        parseMentions(text, hostileNames, everybody);
        return process.cpuUsage(before).user / 1_000;
      }),
    );
    expect(best).toBeLessThan(50);
  });
});

describe('any text', () => {
  it('is read without a fault, and calls only people who are there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('@', '`', '```', '\n', 'Ann', ' ', 'Lee', '李雷', 'é', '😀', '~~~', '>')),
        (parts) => {
          const { userIds } = parseMentions(parts.join(''), names, everybody);
          expect(userIds.every((id) => id in people)).toBe(true);
          expect(new Set(userIds).size).toBe(userIds.length);
        },
      ),
    );
  });
});
