import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf, rowAt, rowsInView, topOf, totalHeight } from './layout.ts';

const heights = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 200 });

describe('the layout of a list', () => {
  it('puts rows under one another', () => {
    const layout = layoutOf(3, (index) => [10, 20, 30][index] ?? 0);
    expect([0, 1, 2, 3].map((index) => topOf(layout, index))).toEqual([0, 10, 30, 60]);
    expect(totalHeight(layout)).toBe(60);
  });
  it('finds the row at any height', () =>
    fc.assert(
      fc.property(heights, fc.double({ min: -100, max: 90_000, noNaN: true }), (all, top) => {
        const layout = layoutOf(all.length, (index) => all[index] ?? 0);
        const row = rowAt(layout, top);
        if (top >= 0 && top < totalHeight(layout)) {
          expect(topOf(layout, row)).toBeLessThanOrEqual(top);
          expect(topOf(layout, row + 1)).toBeGreaterThan(top);
        } else expect(row).toBe(top < 0 ? 0 : all.length - 1);
      }),
    ));
  it('draws all that is seen and little else', () =>
    fc.assert(
      fc.property(heights, fc.integer({ min: 0, max: 20_000 }), (all, top) => {
        const layout = layoutOf(all.length, (index) => all[index] ?? 0);
        const { first, end } = rowsInView(layout, { top, height: 600 }, 100);
        expect(end).toBeGreaterThan(first);
        for (const [index] of all.entries()) {
          const isSeen = topOf(layout, index) < top + 600 && topOf(layout, index + 1) > top;
          if (isSeen) expect(index >= first && index < end).toBe(true);
        }
        expect(topOf(layout, end - 1) - topOf(layout, first)).toBeLessThanOrEqual(600 + 200 + 400);
      }),
    ));
  it('of nothing shows nothing', () =>
    expect(
      rowsInView(
        layoutOf(0, () => 1),
        { top: 0, height: 100 },
        50,
      ),
    ).toEqual({ first: 0, end: 0 }));
});
