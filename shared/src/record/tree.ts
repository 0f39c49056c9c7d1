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

/** Interior nodes below this are not kept: hashing up to 15 leaves again costs less than a row for each of them. */
export const lowestKeptLevel = 4;

/** Every leaf and kept node that must be at hand to hash these subtrees, each once. */
export function keptNodesOf(addresses: readonly NodeAddress[]): NodeAddress[] {
  const kept = addresses.flatMap((address) => {
    if (address.level === 0 || address.level >= lowestKeptLevel) return [address];
    const width = 2 ** address.level;
    return Array.from({ length: width }, (_, leaf) => ({ level: 0, index: address.index * width + leaf }));
  });
  return [...new Map(kept.map((address) => [nodeName(address), address])).values()];
}

/** Looks up what is kept and hashes what is not. @throws Error when a hash that it needs is not there. */
export function lookUpIn(hashes: ReadonlyMap<string, Uint8Array>): NodeLookUp {
  const lookUp: NodeLookUp = ({ level, index }) => {
    const kept = hashes.get(nodeName({ level, index }));
    if (kept !== undefined) return kept;
    if (level === 0 || level >= lowestKeptLevel)
      throw new Error(`the record has no node ${nodeName({ level, index })}`);
    return nodeHash(
      lookUp({ level: level - 1, index: 2 * index }),
      lookUp({ level: level - 1, index: 2 * index + 1 }),
    );
  };
  return lookUp;
}
