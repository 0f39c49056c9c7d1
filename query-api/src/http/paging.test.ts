import { Problem } from '@verbatim/shared';
import { describe, expect, it } from 'vitest';
import { idCursor, pageOfRows, pageQuery, seqCursor, seqSchema } from './paging.ts';

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return undefined;
};

describe('a limit', () => {
  it.each([
    [undefined, 50],
    ['1', 1],
    ['200', 200],
    ['007', 7],
  ])('%j is %d', (limit, expected) => {
    expect(pageQuery.parse({ limit }).limit).toBe(expected);
  });

  it.each(['0', '-1', '201', '1e9', '99999999999999999999', '1.5', ' 5', '0x10', '', ['1', '2']])(
    '%j is refused',
    (limit) => {
      expect(pageQuery.safeParse({ limit }).success).toBe(false);
    },
  );

  it('stands alone: what is not known is refused', () => {
    expect(pageQuery.safeParse({ 'limit[]': '5' }).success).toBe(false);
    expect(pageQuery.safeParse({ limit: '5', page: '2' }).success).toBe(false);
  });
});

describe('a seq', () => {
  it('that is larger than any fits into an integer of Postgres', () => {
    expect(seqSchema.parse('9007199254740991') + 200).toBeLessThan(2 ** 31);
  });

  it.each(['-1', '1e3', '99999999999999999', '', '١'])('%j is refused', (seq) => {
    expect(seqSchema.safeParse(seq).success).toBe(false);
  });
});

describe('a cursor', () => {
  it.each(['', 'x', '00000000-0000-0000-0000-00000000000g', "' OR 1=1"])(
    '%j is none of a list by id',
    (text) => {
      expect(codeOf(() => idCursor(text))).toBe('invalid-cursor');
    },
  );

  it.each(['', '-1', 'x', '1e9', '99999999999999999999'])('%j is none of a list by seq', (text) => {
    expect(codeOf(() => seqCursor(text))).toBe('invalid-cursor');
  });

  it('that is left out begins at the start', () => {
    expect(idCursor(undefined) < '00000000-0000-1000-8000-000000000000').toBe(true);
    expect(seqCursor(undefined)).toBeUndefined();
  });
});

describe('a page', () => {
  it.each([
    [[], 2, [], null],
    [[1, 2], 2, [1, 2], null],
    [[1, 2, 3], 2, [1, 2], '2'],
  ])('of %j with a limit of %d is %j, then %j', (found, limit, items, nextCursor) => {
    expect(pageOfRows<number>(found, limit, (item) => item)).toEqual({ items, nextCursor });
  });
});
