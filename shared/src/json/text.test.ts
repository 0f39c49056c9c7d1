import { describe, expect, test } from 'vitest';
import { codePointLength, textSchema } from './text.ts';

const messageText = textSchema({ min: 1, max: 5 });

describe('textSchema', () => {
  test('keeps text as it is, control characters included', () => {
    expect(messageText.parse(' \u0018é\n')).toBe(' \u0018é\n');
  });

  test('counts code points, not UTF-16 units', () => {
    expect(codePointLength('😀😀')).toBe(2);
    expect(messageText.safeParse('😀😀😀😀😀').success).toBe(true);
    expect(messageText.safeParse('😀😀😀😀😀a').success).toBe(false);
  });

  test.each([
    ['empty', ''],
    ['NUL', 'a\0b'],
    ['a lone surrogate', 'a\ud800b'],
  ])('refuses %s', (_name, text) => {
    expect(messageText.safeParse(text).success).toBe(false);
  });
});
