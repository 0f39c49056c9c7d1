import { Problem } from '@verbatim/shared';
import { describe, expect, it } from 'vitest';
import { keysOfNeedle, readNeedle } from './needle.ts';
import { parseSearch } from './parse-search.ts';
import { periodsBetween } from './periods.ts';
import { matchText, scoreOf } from './rank.ts';
import { planStretches } from './sections.ts';
import { cutSnippet } from './snippet.ts';

const foldedOf = (q: string) => parseSearch(q).wanted.map(({ folded }) => folded);
const found = (text: string, q: string): string[] | undefined =>
  matchText(text, parseSearch(q))?.ranges.map(([start, end]) => text.slice(start, end));

describe('what is asked for', () => {
  it('is words, phrases, exclusions and filters in any order', () => {
    expect(
      parseSearch(
        'Deploy "red car" -draft from:"Ada Lovelace" in:#ops -from:bob has:links after:2026-01 before:2026-02-03',
      ),
    ).toMatchObject({
      wanted: [
        { folded: 'deploy', isWhole: false },
        { folded: 'red car', isWhole: true },
      ],
      unwanted: [{ folded: 'draft' }],
      from: ['Ada Lovelace'],
      notFrom: ['bob'],
      in: ['#ops'],
      has: ['link'],
      notBefore: new Date('2026-01-01T00:00:00Z'),
      before: new Date('2026-02-03T00:00:00Z'),
    });
  });

  it.each([
    ['http://example.org/a?b=c', ['http://example.org/a?b=c']],
    ['a - b', ['a', '-', 'b']],
    ['"an open end', ['an open end']],
    ['to:ada', ['to:ada']],
    ['foo & | ! :* bar', ['foo', '&', '|', '!', ':*', 'bar']],
    ['c++ node.js printf( #1', ['c++', 'node.js', 'printf(', '#1']],
  ])('%s is taken as it stands', (q, expected) => {
    expect(foldedOf(q)).toEqual(expected);
  });

  it.each([
    ['how do I install it?', ['how', 'do', 'i', 'install', 'it']],
    ['well, e.g. wait… 何ですか？', ['well', 'e.g', 'wait', '何ですか']],
    ['from:', ['from']],
    ['"what is it?"', ['what is it?']],
  ])('%s is taken without what ends a clause', (q, expected) => {
    expect(foldedOf(q)).toEqual(expected);
  });

  it.each(['“red car”', '„red car“', '«red car»'])('%s is a phrase as if plainly quoted', (q) => {
    expect(parseSearch(q).wanted).toMatchObject([{ folded: 'red car', isWhole: true }]);
  });

  it('may have a space between a filter and its value', () => {
    expect(parseSearch('from: ada -in: "old ops" has: link')).toMatchObject({
      wanted: [],
      from: ['ada'],
      notIn: ['old ops'],
      has: ['link'],
    });
  });

  it.each([
    '',
    '   ',
    '""',
    'before:yesterday',
    'after:2026-13-01',
    'has:everything',
    '++ ->',
    'a '.repeat(21),
  ])('%j is refused', (q) => {
    expect(() => parseSearch(q)).toThrow(Problem);
  });

  it('is read in time that grows with its length, whatever it is', () => {
    // Time on the processor, which others on a busy machine do not lengthen.
    const before = process.cpuUsage();
    for (const q of ['-'.repeat(500), '"'.repeat(500), 'from:'.repeat(100), ' '.repeat(500)])
      expect(() => parseSearch(q)).not.toThrow(RangeError);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(50);
  });
});

describe('what must stand in the index', () => {
  it.each([
    ['ploy', false, [], [['ploy', '%ploy%']]],
    ['go', false, ['go'], []],
    ['loy-me-nt', false, ['me', 'nt'], [['loy', '%loy']]],
    ['foo_bar', false, [], [['foo_bar', String.raw`%foo\_bar%`]]],
    ['red car', true, ['red', 'car'], []],
    ['日本語', false, ['日', '本', '語', '日本', '本語'], []],
    ['c++', false, ['c'], []],
    ['+++', false, [], []],
  ] as const)('for %s', (text, isPhrase, exact, parts) => {
    expect(keysOfNeedle(readNeedle(text, isPhrase))).toEqual({
      exact,
      parts: parts.map(([word, pattern]) => ({ word, pattern })),
    });
  });
});

describe('a text', () => {
  it.each([
    ['The Deployment is done', 'ploy', ['ploy']],
    ['Straße und STRASSE', 'strasse', ['Straße', 'STRASSE']],
    ['the red car, a red cart', '"red car"', ['red car']],
    ['I like C++ more than C', 'c++', ['C++']],
    ['is this it?', 'is', ['is']],
    ['今日は日本語です', '日本', ['日本']],
    ['今日は日本語です', '"日本"', ['日本']],
    ['안녕하세요', '안녕', ['안녕']],
    ['done 👍🏽 now', '👍', ['👍']],
    ['aaaa', 'aaa', ['aaaa']],
    ['the red\n  car, a red\u00a0car', '"red car"', ['red\n  car', 'red\u00a0car']],
    ['That’s what he said', "that's", ['That’s']],
    ["That's what he said", 'that’s', ["That's"]],
  ])('%s, asked for %s, has it where it is', (text, q, expected) => {
    expect(found(text, q)).toEqual(expected);
  });

  it.each([
    ['a bored cart', '"red car"'],
    ['this', 'is'],
    ['red car', 'red -car'],
    ['red car', 'red "blue"'],
  ])('%s, asked for %s, does not have it', (text, q) => {
    expect(found(text, q)).toBeUndefined();
  });

  it('is more relevant for a whole word than for a part, and for a phrase than for words apart', () => {
    const relevance = (text: string, q: string) => matchText(text, parseSearch(q))?.relevance ?? 0;
    expect(relevance('a deploy', 'deploy')).toBeGreaterThan(relevance('deployment', 'deploy'));
    expect(relevance('deployment', 'deploy')).toBeGreaterThan(relevance('redeployed', 'deploy'));
    expect(relevance('red car', 'red car')).toBeGreaterThan(relevance('car, red', 'red car'));
  });

  it('counts more when it is fresher, and something however old it is', () => {
    expect(scoreOf(1, 0)).toBeGreaterThan(scoreOf(1, 1e9));
    expect(scoreOf(1, 1e15)).toBeGreaterThan(0);
  });
});

describe('a snippet', () => {
  it('is the whole of a short text', () => {
    expect(cutSnippet('a word', [[2, 6]])).toEqual({ snippet: 'a word', highlights: [[2, 6]] });
  });

  it('of a long text is cut around what was found, with the ranges moved along', () => {
    const text = `${'before '.repeat(100)}👋needle ${'after '.repeat(100)}`;
    const start = text.indexOf('needle');
    const { snippet, highlights } = cutSnippet(text, [
      [start, start + 6],
      [text.length - 6, text.length],
    ]);
    expect(highlights.map(([from, to]) => snippet.slice(from, to))).toEqual(['needle']);
    expect(snippet.length).toBeLessThan(250);
    expect(snippet.isWellFormed()).toBe(true);
  });

  it('of a long text is cut where most of what was asked for stands together', () => {
    const text = `one ${'one more '.repeat(40)}and one two three at last ${'after '.repeat(100)}`;
    const { ranges } = matchText(text, parseSearch('one two three')) ?? { ranges: [] };
    const { snippet, highlights } = cutSnippet(text, ranges);
    expect(snippet).toContain('one two three at last');
    expect(highlights.map(([from, to]) => snippet.slice(from, to)).slice(-3)).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  it('shows the beginning of what is longer than itself', () => {
    const text = `${'before '.repeat(100)}${'needle '.repeat(60)}`;
    const { snippet, highlights } = cutSnippet(text, [[700, text.length - 1]]);
    expect(highlights.map(([from, to]) => snippet.slice(from, to))).toEqual([
      expect.stringMatching(/^needle needle/),
    ]);
  });

  it('never cuts a character in two', () => {
    const text = '👋'.repeat(400);
    for (let at = 0; at < 500; at += 1)
      expect(cutSnippet(text, [[at, at + 2]]).snippet.isWellFormed()).toBe(true);
  });
});

describe('a stretch of time', () => {
  it('is covered by days at its edges and months between', () => {
    expect(periodsBetween(new Date('2026-01-30T12:00Z'), new Date('2026-04-02T00:00Z'))).toEqual([
      ['2026-01-30', '2026-01-31', '2026-02', '2026-03', '2026-04-01'],
    ]);
  });

  it('without bounds is no condition at all', () => {
    expect(periodsBetween(undefined, undefined)).toEqual([]);
  });

  it('that is empty is covered by nothing', () => {
    expect(periodsBetween(new Date('2026-02-01'), new Date('2026-01-01'))).toEqual([[]]);
  });
});

describe('the stretches to look at', () => {
  it.each([
    [5_000_000n, 1n, 4_096n],
    [5_000_000n, 1n, 9_000n],
    [2n ** 40n, 2n ** 39n, 2n ** 23n],
    [10_000n, 9_000n, undefined],
    [8_191n, 0n, 4_096n],
    [2n ** 62n, 1n, 4_096n],
  ])('from %s down to %s lie one under the other and leave nothing out', (newest, oldest, span) => {
    const stretches = planStretches(newest, oldest, span);
    expect(stretches.length).toBeLessThan(40);
    expect(stretches[0]?.before).toBe(newest + 1n);
    const sections = stretches.flatMap((stretch) => stretch.sections);
    const starts = sections.map(({ level, number }) => number << BigInt(level));
    const ends = sections.map(({ level, number }) => (number + 1n) << BigInt(level));
    expect(starts.at(-1)).toBeLessThanOrEqual(oldest);
    expect(starts.at(-2) ?? newest).toBeGreaterThan(oldest);
    for (const [index, start] of starts.slice(0, -1).entries()) {
      expect(ends[index + 1]).toBeGreaterThanOrEqual(start);
      expect(starts[index + 1]).toBeLessThan(start);
    }
    let seen = 0;
    for (const { sections: together, before } of stretches) {
      expect(before).toBe(seen === 0 ? newest + 1n : starts[seen - 1]);
      seen += together.length;
    }
  });

  it('hold twice as much each time, so that those far back are few', () => {
    const stretches = planStretches(5_000_000n, 1n, 4_096n);
    const sizes = stretches.map(({ sections }) => sections.length << ((sections[0]?.level ?? 0) - 13));
    expect(sizes).toEqual([1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 128]);
  });
});
