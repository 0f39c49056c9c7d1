import { describe, expect, it } from 'vitest';
import { complete, completionAt, rankByName } from './completion.ts';

const at = (text: string) => completionAt(text, text.length);

describe('completion', () => {
  it.each([
    ['@', { trigger: '@', typed: '', from: 0 }],
    ['hi @ad', { trigger: '@', typed: 'ad', from: 3 }],
    ['hi @Ada Lo', { trigger: '@', typed: 'Ada Lo', from: 3 }],
    ['(#gen', { trigger: '#', typed: 'gen', from: 1 }],
    ['wow :ta', { trigger: ':', typed: 'ta', from: 4 }],
  ])('is asked for by %j', (text, query) => expect(at(text)).toEqual(query));
  it.each(['mail@ada', 'a:b', 'at 14:0', ':)', ': ', 'plain', '@Ada is a nice'])(
    'is not asked for by %j',
    (text) => expect(at(text)).toBeNull(),
  );
  it('looks only before the caret', () =>
    expect(completionAt('@ad and more', 3)).toMatchObject({ typed: 'ad' }));
  it('puts the choice in, with one space after it', () => {
    const query = { trigger: '@', typed: 'ad', from: 3 } as const;
    expect(complete('hi @ad', query, '@Ada')).toEqual({ text: 'hi @Ada ', caret: 8 });
    expect(complete('hi @ad there', query, '@Ada')).toEqual({ text: 'hi @Ada there', caret: 8 });
  });
  it('ranks whole beginnings before words before the middle', () =>
    expect(rankByName(['Mohammed', 'Jo Hammond', 'Hammer'], (name) => name, 'ham')).toEqual([
      'Hammer',
      'Jo Hammond',
      'Mohammed',
    ]));
});
