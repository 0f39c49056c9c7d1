import { nodeHash } from '@verbatim/shared/record-hash';

export interface Inclusion {
  readonly leafIndex: number;
  readonly treeSize: number;
  /** Siblings from the leaf upwards (RFC 6962, 2.1.1). */
  readonly hashes: readonly Buffer[];
}

/** The root to which the hashes lead from a leaf; undefined when there are too few or too many. */
export function rootOver(leaf: Buffer, { leafIndex, treeSize, hashes }: Inclusion): Buffer | undefined {
  if (leafIndex >= treeSize) return undefined;
  let used = 0;
  const climb = (from: number, to: number): Buffer | undefined => {
    if (to - from === 1) return leaf;
    let half = 1;
    while (half * 2 < to - from) half *= 2;
    const isLeft = leafIndex < from + half;
    const own = isLeft ? climb(from, from + half) : climb(from + half, to);
    const sibling = hashes[used++];
    if (own === undefined || sibling === undefined) return undefined;
    return isLeft ? nodeHash(own, sibling) : nodeHash(sibling, own);
  };
  const root = climb(0, treeSize);
  return used === hashes.length ? root : undefined;
}
