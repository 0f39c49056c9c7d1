import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf } from './pieces.ts';

describe('a text cut at its highlights', () => {
  it('marks what was found', () =>
    expect(piecesOf('the cat sat', [[4, 7]])).toEqual([
      { text: 'the ', isFound: false },
      { text: 'cat', isFound: true },
      { text: ' sat', isFound: false },
    ]));
  it('keeps the text whole, whatever the ranges', () =>
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.tuple(fc.integer({ min: -5, max: 40 }), fc.integer({ min: -5, max: 40 }))),
        (text, ranges) => {
          expect(
            piecesOf(text, ranges)
              .map((piece) => piece.text)
              .join(''),
          ).toBe(text);
        },
      ),
    ));
});
