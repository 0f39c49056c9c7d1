import { emptyRoot, nodeHash } from './hash-definition.ts';

/** The root of the complete subtree over the leaves `index · 2^level …`; a leaf is a node of level 0. */
export interface NodeAddress {
  readonly level: number;
  readonly index: number;
}

export interface TreeNode extends NodeAddress {
  readonly hash: Uint8Array;
}

/** Leaves `from` up to, not including, `to`: in a proof always such that one hash stands for all of them. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** How a proof gets the hash of a complete subtree; it asks only for those that `nodesOf` named. */
export type NodeLookUp = (address: NodeAddress) => Uint8Array;

export const nodeName = ({ level, index }: NodeAddress): string => `${level}:${index}`;

/** The complete subtrees, from left to right, that together are the range. */
export function subtreesOf({ from, to }: LeafRange): NodeAddress[] {
  const subtrees: NodeAddress[] = [];
  for (let start = from; start < to;) {
    let level = 0;
    for (let width = 2; start % width === 0 && start + width <= to; width *= 2) level += 1;
    subtrees.push({ level, index: start / 2 ** level });
    start += 2 ** level;
  }
  return subtrees;
}

/** RFC 6962's hash of a range that begins where a subtree of its size may begin; the empty root for none. */
export function hashOfRange(range: LeafRange, lookUp: NodeLookUp): Uint8Array {
  return joinRight(subtreesOf(range).map(lookUp));
}

/** The hash over neighbouring subtrees whose sizes fall from left to right. */
export function joinRight(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.length === 0 ? emptyRoot : hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** Every node that must be at hand to hash these ranges, each once. */
export function nodesOf(ranges: readonly LeafRange[]): NodeAddress[] {
  return [...new Map(ranges.flatMap(subtreesOf).map((address) => [nodeName(address), address])).values()];
}
