import { Problem } from '@verbatim/shared';
import { describe, expect, it } from 'vitest';
import { readMinPosition } from './min-position.ts';

describe('X-Min-Position', () => {
  it.each([
    [undefined, undefined],
    ['0', 0n],
    ['18446744073709551615', 2n ** 64n - 1n],
  ])('%j is %s', (header, position) => {
    expect(readMinPosition(header)).toBe(position);
  });

  it.each(['', '-1', '1.5', '1e9', '0x10', '1, 2', '18446744073709551616', '99999999999999999999', 'abc'])(
    '%j is malformed',
    (header) => {
      expect(() => readMinPosition(header)).toThrow(Problem);
    },
  );
});
