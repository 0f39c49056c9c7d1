import { describe, expect, it } from 'vitest';
import { isOnlyEmoji } from './alone.ts';
import { emojiGroups, searchEmoji, withSkinTone } from './catalogue.ts';

const named = (name: string) => {
  const found = emojiGroups.flatMap((group) => group.emoji).find((emoji) => emoji.names.includes(name));
  if (found === undefined) throw new Error(`no emoji ${name}`);
  return found;
};

describe('a text of emoji alone', () => {
  it.each(['👍', '👩‍💻 🇩🇪', '🎉🎉🎉', '❤️'])('is %s', (text) => expect(isOnlyEmoji(text)).toBe(true));
  it.each(['', 'ok 👍', '12', '#', '👍'.repeat(7)])('is not %j', (text) =>
    expect(isOnlyEmoji(text)).toBe(false),
  );
});

describe('the emoji catalogue', () => {
  it('finds by name first, then by words', () => {
    expect(searchEmoji('+1', 1).map(({ emoji }) => emoji)).toEqual(['👍']);
    expect(searchEmoji('heart', 1)[0]?.names).toContain('heart');
    expect(searchEmoji('happy face', 20).length).toBeGreaterThan(0);
    expect(searchEmoji('qqqq', 20)).toEqual([]);
  });
  it('puts skin tones where they belong', () => {
    expect(withSkinTone(named('+1'), 3)).toBe('👍🏽');
    expect(withSkinTone(named('point_up'), 1)).toBe('☝🏻');
    expect(withSkinTone(named('tada'), 3)).toBe('🎉');
    expect(withSkinTone(named('+1'), 0)).toBe('👍');
  });
});
