import { nodeHash } from './hash-definition.ts';

export interface InclusionClaim {
  readonly leafHash: Uint8Array;
  readonly leafIndex: number;
  readonly treeSize: number;
  readonly rootHash: Uint8Array;
  readonly hashes: readonly Uint8Array[];
}

/** Whether the hashes lead from the leaf to the root (RFC 9162, 2.1.3.2). */
export function isIncluded({ leafHash, leafIndex, treeSize, rootHash, hashes }: InclusionClaim): boolean {
  if (leafIndex < 0 || leafIndex >= treeSize) return false;
  let [index, last] = [leafIndex, treeSize - 1];
  let hash = leafHash;
  for (const sibling of hashes) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      hash = nodeHash(sibling, hash);
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, Math.floor(last / 2)];
    } else hash = nodeHash(hash, sibling);
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 && isSame(hash, rootHash);
}

export interface ConsistencyClaim {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
  readonly hashes: readonly Uint8Array[];
}

/** Whether the hashes show that the larger tree begins with the smaller (RFC 9162, 2.1.4.2). */
export function isConsistent({ from, to, fromRoot, toRoot, hashes }: ConsistencyClaim): boolean {
  if (from < 0 || from > to) return false;
  if (from === to) return hashes.length === 0 && isSame(fromRoot, toRoot);
  if (from === 0) return hashes.length === 0;
  let [index, last] = [from - 1, to - 1];
  while (index % 2 === 1) [index, last] = [(index - 1) / 2, Math.floor(last / 2)];
  const [first, ...rest] = index === 0 ? [fromRoot, ...hashes] : hashes;
  if (first === undefined) return false;
  let [oldHash, newHash] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, Math.floor(last / 2)];
    } else newHash = nodeHash(newHash, sibling);
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 && isSame(oldHash, fromRoot) && isSame(newHash, toRoot);
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
