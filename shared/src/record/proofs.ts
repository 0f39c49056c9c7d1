import type { LeafRange } from './tree.ts';

/**
 * The ranges whose hashes prove that a leaf is in the tree of this size, from the leaf upwards (RFC 6962, 2.1.1).
 * @throws RangeError when the tree has no such leaf.
 */
export function inclusionRanges(leafIndex: number, treeSize: number): LeafRange[] {
  if (leafIndex < 0 || leafIndex >= treeSize) throw new RangeError(`no leaf ${leafIndex} in ${treeSize}`);
  const ranges: LeafRange[] = [];
  let [from, to] = [0, treeSize];
  while (to - from > 1) {
    const middle = from + largestPowerOfTwoBelow(to - from);
    if (leafIndex < middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

/**
 * The ranges whose hashes prove that the tree of size `to` begins with the tree of size `from` (RFC 6962, 2.1.2).
 * None when either is the whole or nothing of the other.
 * @throws RangeError when `from` is larger than `to`.
 */
export function consistencyRanges(from: number, to: number): LeafRange[] {
  if (from < 0 || from > to) throw new RangeError(`a tree of ${to} does not begin with one of ${from}`);
  if (from === 0 || from === to) return [];
  const ranges: LeafRange[] = [];
  let [start, end] = [0, to];
  /** While true, the old tree's own root is known to whoever verifies and is left out. */
  let isWholeOldTree = true;
  while (from !== end) {
    const middle = start + largestPowerOfTwoBelow(end - start);
    if (from <= middle) {
      ranges.push({ from: middle, to: end });
      end = middle;
    } else {
      ranges.push({ from: start, to: middle });
      start = middle;
      isWholeOldTree = false;
    }
  }
  if (!isWholeOldTree) ranges.push({ from: start, to: end });
  return ranges.reverse();
}

/** The size of the left half of a tree of n > 1 leaves. */
function largestPowerOfTwoBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
