import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAround, cutAtOldest, stretchOf } from './message-page.ts';

describe('a cursor', () => {
  it.each([
    [{}, { side: 'newest' }, { side: 'before', seq: 7 }],
    [{ before: 20 }, { side: 'before', seq: 20 }, { side: 'before', seq: 7 }],
    [{ after: 0 }, { side: 'after', seq: 0 }, { side: 'after', seq: 7 }],
    [{ around: 20 }, { side: 'around', seq: 20 }, { side: 'before', seq: 7 }],
  ] as const)('goes on from %j in its direction', (fields, first, next) => {
    expect(stretchOf(fields, undefined)).toEqual(first);
    expect(stretchOf(fields, 7)).toEqual(next);
  });
});

describe('a page at the oldest end', () => {
  it('is what is nearest to where it ends', () => {
    expect(cutAtOldest([3, 4, 5], 2)).toEqual({ items: [4, 5], hasMore: true });
    expect(cutAtOldest([4, 5], 2)).toEqual({ items: [4, 5], hasMore: false });
  });
});

describe('a page around a message', () => {
  /** What the database finds in a room of these seqs: one more on either side than the page can hold. */
  const found = (seqs: readonly number[], middle: number, limit: number) => ({
    older: seqs.filter((seq) => seq <= middle).slice(-limit - 1),
    newer: seqs.filter((seq) => seq > middle).slice(0, limit + 1),
  });

  it('is as full as the room allows, without holes, and has the message in it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        fc.integer({ min: 0, max: 62 }),
        fc.integer({ min: 1, max: 20 }),
        (unsorted, middle, limit) => {
          const seqs = unsorted.toSorted((one, other) => one - other);
          const { older, newer } = found(seqs, middle, limit);
          const { items, hasMore } = cutAround(older, newer, limit);
          const start = seqs.indexOf(items[0] ?? 0);
          expect(items).toEqual(seqs.slice(start, start + Math.min(limit, seqs.length)));
          expect(hasMore).toBe(start > 0);
          if (seqs.includes(middle)) expect(items).toContain(middle);
        },
      ),
    );
  });
});
