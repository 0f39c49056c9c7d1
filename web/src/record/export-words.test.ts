import { expect, test } from 'vitest';
import { sizeOf } from './export-words.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1 KB'],
  [1_440_000, '1.4 MB'],
  [23_400_000, '23 MB'],
  [7_000_000_000_000, '7,000 GB'],
])('%i bytes are told as %s', (bytes, told) => expect(sizeOf(bytes)).toBe(told));
