import { expect, it } from 'vitest';
import { setTruncateBefore } from './metadata-json.ts';

it.each([
  ['{}', '{"$tb":5}'],
  ['{"$tb":9223372036854775807}', '{"$tb":5}'],
  ['{"$maxAge":10,"own":"thing"}', '{"$maxAge":10,"own":"thing","$tb":5}'],
  [
    '{"id":12345678901234567890,"text":"12345678901234567890"}',
    '{"id":12345678901234567890,"text":"12345678901234567890","$tb":5}',
  ],
  ['{"quoted":"a \\" 12345678901234567890"}', '{"quoted":"a \\" 12345678901234567890","$tb":5}'],
  ['****', '{"$tb":5}'],
  ['[1]', '{"$tb":5}'],
])('%s becomes %s', (before, after) => {
  expect(setTruncateBefore(before, 5)).toBe(after);
});
