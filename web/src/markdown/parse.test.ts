import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inline, Names } from './nodes.ts';
import { parseMarkdown, plainText } from './parse-blocks.ts';

const names: Names = {
  people: new Map([
    ['Ada', 'ada-id'],
    ['Ada Lovelace', 'lovelace-id'],
    ['room', 'room'],
  ]),
  rooms: new Map([['general', 'general-id']]),
};
const inlines = (text: string): readonly Inline[] => {
  const block = parseMarkdown(text, names)[0];
  return block?.kind === 'paragraph' ? block.inlines : [];
};
const text = (value: string): Inline => ({ kind: 'text', text: value });

describe('inline marks', () => {
  it('are strong, emphasis, strike and code', () =>
    expect(inlines('**a** *b* _c_ ~~d~~ `e`')).toEqual([
      { kind: 'strong', inlines: [text('a')] },
      text(' '),
      { kind: 'emphasis', inlines: [text('b')] },
      text(' '),
      { kind: 'emphasis', inlines: [text('c')] },
      text(' '),
      { kind: 'strike', inlines: [text('d')] },
      text(' '),
      { kind: 'code', text: 'e' },
    ]));
  it('nest', () =>
    expect(inlines('**a *b* c**')).toEqual([
      { kind: 'strong', inlines: [text('a '), { kind: 'emphasis', inlines: [text('b')] }, text(' c')] },
    ]));
  it.each(['2 * 3 * 4', 'snake_case_name', '**never closed', 'a ** b', '~~', '[label] (x)', '`open'])(
    'leave %j as it is',
    (written) => expect(plainText(parseMarkdown(written))).toBe(written),
  );
  it('are not read in code', () =>
    expect(inlines('`**a** @Ada`')).toEqual([{ kind: 'code', text: '**a** @Ada' }]));
  it('can be escaped', () => expect(inlines('\\*a\\*')).toEqual([text('*a*')]));
});

describe('links', () => {
  it('show the host beside a label', () =>
    expect(inlines('[here](https://example.org/a_(b))')).toEqual([
      { kind: 'link', href: 'https://example.org/a_(b)', host: 'example.org', inlines: [text('here')] },
    ]));
  it('show the true host where the label pretends another', () =>
    expect(inlines('[https://bank.example](https://evil.example)')).toMatchObject([
      { host: 'evil.example' },
    ]));
  it('are found bare, without the mark that ends the sentence', () =>
    expect(inlines('(see https://example.org/a_(b)).')).toMatchObject([
      text('(see '),
      { kind: 'link', href: 'https://example.org/a_(b)', host: null },
      text(').'),
    ]));
  it('name the punycode host of a look-alike', () =>
    expect(inlines('https://аpple.com/x')).toMatchObject([{ kind: 'link', host: 'xn--pple-43d.com' }]));
  it.each([
    '[x](javascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:x)',
    '[x](//evil.example)',
    '[x](https://bank.example@evil.example)',
    'https://user:pass@evil.example',
    '<img src=x onerror=alert(1)>',
  ])('are never made of %j', (written) => {
    const kinds = inlines(written).map((inline) => inline.kind);
    expect(kinds).not.toContain('link');
  });
});

describe('names', () => {
  it('are the longest that fits', () =>
    expect(inlines('hi @Ada Lovelace!')).toEqual([
      text('hi '),
      { kind: 'person', userId: 'lovelace-id', label: '@Ada Lovelace' },
      text('!'),
    ]));
  it('stand alone', () => {
    expect(inlines('mail@Ada')).toEqual([text('mail@Ada')]);
    expect(inlines('@Adam')).toEqual([text('@Adam')]);
  });
  it('lead to rooms', () =>
    expect(inlines('#general #nowhere')).toEqual([
      { kind: 'room', roomId: 'general-id', label: '#general' },
      text(' #nowhere'),
    ]));
});

describe('blocks', () => {
  it('are paragraphs with their line breaks', () =>
    expect(parseMarkdown('a\nb\n\nc')).toEqual([
      { kind: 'paragraph', inlines: [text('a'), { kind: 'break' }, text('b')] },
      { kind: 'paragraph', inlines: [text('c')] },
    ]));
  it('keep code as it is, closed or not', () => {
    const code = { kind: 'code', language: 'ts', text: 'const a = "**";\n\n  b' };
    expect(parseMarkdown('```ts\nconst a = "**";\n\n  b\n```')).toEqual([code]);
    expect(parseMarkdown('```ts\nconst a = "**";\n\n  b')).toEqual([code]);
  });
  it('quote and list, in one another', () => {
    expect(parseMarkdown('> a\n> > b\nc')).toMatchObject([
      { kind: 'quote', blocks: [{ kind: 'paragraph' }, { kind: 'quote' }] },
      { kind: 'paragraph' },
    ]);
    expect(parseMarkdown('3. a\n4. b\n   - c')).toMatchObject([
      { kind: 'list', ordered: true, start: 3, items: [[{}], [{}, { kind: 'list', ordered: false }]] },
    ]);
  });
});

describe('any text', () => {
  it('keeps every letter and never throws', () => {
    const pieces = [
      '*',
      '_',
      '~~',
      '`',
      '[',
      '](',
      ')',
      'a',
      ' ',
      '\n',
      '>',
      '- ',
      '@Ada',
      'https://x.y',
      '\\',
      '```',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (parts) => {
        const written = parts.join('');
        const letters = (value: string) => value.replaceAll(/[^a]/g, '').length;
        const plain = plainText(parseMarkdown(written, names));
        expect(letters(plain)).toBeLessThanOrEqual(letters(written));
        // What stands behind a fence, and in an address, is no text.
        if (!/[`[]|https|~~~/.test(written)) expect(letters(plain)).toBe(letters(written));
      }),
    );
  });
  it.each([
    '*',
    '_',
    '**',
    '[',
    '](',
    '[a](',
    '`',
    '> ',
    '- ',
    '@Ada',
    '*_~~',
    '``` ',
    '\\',
    'https://',
    '[*',
    '(',
    '#a',
  ])('of many %j is read in linear time', (piece) => {
    const timeOf = (length: number) => {
      const written = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
      const times = Array.from({ length: 5 }, () => {
        const start = performance.now();
        parseMarkdown(written, names);
        return performance.now() - start;
      });
      // The least: a busy machine lengthens some of them.
      return Math.min(...times);
    };
    timeOf(16_384);
    const [short, long] = [timeOf(16_384), timeOf(131_072)];
    // Eight times as long; quadratic would be 64. Times below 7 ms say nothing.
    expect(long).toBeLessThan(Math.max(short, 7) * 30);
  });
});
