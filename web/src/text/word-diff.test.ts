import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordDiff, type DiffPiece } from './word-diff.ts';

const without = (pieces: DiffPiece[], kind: DiffPiece['kind']) =>
  pieces
    .filter((piece) => piece.kind !== kind)
    .map((piece) => piece.text)
    .join('');

describe('the difference of two texts', () => {
  it('is told word by word', () =>
    expect(wordDiff('pay 100 euros', 'pay 1000 euros now')).toEqual([
      { kind: 'same', text: 'pay ' },
      { kind: 'removed', text: '100' },
      { kind: 'added', text: '1000' },
      { kind: 'same', text: ' euros' },
      { kind: 'added', text: ' now' },
    ]));
  it('gives both texts back', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', ' ', 'c\n')),
        fc.array(fc.constantFrom('a', 'b', ' ', 'd')),
        (one, other) => {
          const pieces = wordDiff(one.join(''), other.join(''));
          expect(without(pieces, 'added')).toBe(one.join(''));
          expect(without(pieces, 'removed')).toBe(other.join(''));
        },
      ),
    ));
  it('of very long texts is told as a whole', () => {
    const long = 'word '.repeat(2_000);
    expect(wordDiff(long, `${long}more`)).toHaveLength(2);
  });
});
