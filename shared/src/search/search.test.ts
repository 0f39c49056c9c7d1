import { describe, expect, it } from 'vitest';
import { foldText } from './fold-text.ts';
import { termsOfMessage } from './message-terms.ts';
import { Terms } from './terms.ts';
import { keysOf, wordsOf } from './words-of.ts';

const words = (text: string) => wordsOf(foldText(text).text).map((word) => word.text);

describe('folding', () => {
  it.each([
    ['Ärger im Café', 'arger im cafe'],
    ['STRASSE Straße', 'strasse strasse'],
    ['ＦＵＬＬ　ｗｉｄｔｈ', 'full width'],
    ['ἀρχή Λόγος', 'αρχη λογοσ'],
    ['Ёлка', 'елка'],
    ['İstanbul', 'istanbul'],
    ['हिन्दी', 'हिन्दी'],
    ['がぎ', 'がぎ'],
    ['cafe\u0301', 'cafe'],
  ])('makes %s alike %s', (text, folded) => {
    expect(foldText(text).text).toBe(folded);
  });

  it('tells where each part of the folded text came from', () => {
    const original = '👋 Straße ﬁn';
    const { text, originOf } = foldText(original);
    const start = text.indexOf('strasse');
    expect(original.slice(originOf(start), originOf(start + 'strasse'.length))).toBe('Straße');
    expect(originOf(text.length)).toBe(original.length);
    expect(original.slice(originOf(text.indexOf('fin')), originOf(text.length))).toBe('ﬁn');
  });
});

describe('words', () => {
  it.each([
    ["don't panic: foo_bar/baz 3.14", ['don', 't', 'panic', 'foo_bar', 'baz', '3', '14']],
    ['今日はgo言語です', ['今日は', 'go', '言語です']],
    ['안녕하세요 세계', ['안녕하세요', '세계']],
    ['привет мир', ['привет', 'мир']],
    ['great 👍🎉!', ['great', '👍', '🎉']],
    ['สวัสดีครับ', ['สวัสดีครับ']],
    ['   …  ', []],
  ])('of %s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('of scripts without spaces are looked up by characters and pairs', () => {
    const [word] = wordsOf('日本語');
    expect(word && keysOf(word)).toEqual(['日', '本', '語', '日本', '本語']);
  });

  it('are found in time that grows with the text, whatever the text', () => {
    // Time on the processor, which others on a busy machine do not lengthen.
    const before = process.cpuUsage();
    for (const text of [
      'a'.repeat(60_000),
      '日'.repeat(60_000),
      '\u0301'.repeat(60_000),
      '👍🏽‍'.repeat(15_000),
    ])
      for (const word of wordsOf(foldText(text).text)) keysOf(word);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
  });
});

describe('terms', () => {
  const message = {
    text: 'see https://example.org, 日本',
    roomId: 'r',
    authorId: 'a',
    day: '2026-11-22',
    position: 1n,
    isMentioning: false,
  };

  it('are whole numbers that a double holds exactly, each once and ascending', () => {
    const { terms } = termsOfMessage(new Terms('o'), message);
    expect(terms.every(Number.isSafeInteger)).toBe(true);
    expect(terms).toEqual([...new Set(terms)].sort((one, other) => one - other));
  });

  it('are other numbers in another organization', () => {
    const mine = new Set(termsOfMessage(new Terms('mine'), message).terms);
    const theirs = termsOfMessage(new Terms('theirs'), message).terms;
    expect(theirs.filter((term) => mine.has(term))).toEqual([]);
  });

  it('of a hundred thousand words are all different', () => {
    const terms = new Terms('o');
    const made = new Set(Array.from({ length: 100_000 }, (_, index) => terms.word(`w${index}`)));
    expect(made.size).toBe(100_000);
  });

  it('keep the words that can be found by a part of theirs', () => {
    const { words: known } = termsOfMessage(new Terms('o'), message);
    expect([...known.values()]).toEqual(['see', 'https', 'example', 'org']);
  });
});
