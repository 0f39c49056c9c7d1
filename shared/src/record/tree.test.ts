import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GrowingTree } from './growing-tree.ts';
import { emptyRoot, leafHash, nodeHash } from './hash-definition.ts';
import { consistencyRanges, inclusionRanges } from './proofs.ts';
import {
  publishedConsistencyProofs,
  publishedInclusionProofs,
  publishedLeaves,
  publishedRoots,
} from './published-vectors-fixture.ts';
import {
  hashOfRange,
  keptNodesOf,
  lookUpIn,
  lowestKeptLevel,
  nodeName,
  subtreesOf,
  type NodeLookUp,
} from './tree.ts';
import { isConsistent, isIncluded } from './verify-proof.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A tree grown leaf by leaf, and all nodes that it handed out for keeping. */
function grow(leaves: readonly Uint8Array[]): { tree: GrowingTree; lookUp: NodeLookUp } {
  const tree = new GrowingTree(0, []);
  const kept = new Map<string, Uint8Array>();
  for (const [index, leaf] of leaves.entries()) {
    const hash = leafHash(leaf);
    kept.set(nodeName({ level: 0, index }), hash);
    for (const node of tree.append(hash))
      if (node.level >= lowestKeptLevel) kept.set(nodeName(node), node.hash);
  }
  return { tree, lookUp: lookUpIn(kept) };
}

/** The definition of RFC 6962, 2.1, word by word. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return emptyRoot;
  if (leaves.length === 1) return leafHash(first);
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return nodeHash(rootByDefinition(leaves.slice(0, k)), rootByDefinition(leaves.slice(k)));
}

const { lookUp: published } = grow(publishedLeaves);
const someLeaves = fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 });

describe('the tree of RFC 6962', () => {
  test('has the published root at every size', () => {
    const roots = publishedLeaves.map((_, index) => hashOfRange({ from: 0, to: index + 1 }, published));
    expect(roots.map(hex)).toEqual(publishedRoots);
    expect(hex(new GrowingTree(0, []).root())).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  test.each(publishedInclusionProofs)('proves leaf $leafIndex of $treeSize as published', (proof) => {
    const hashes = inclusionRanges(proof.leafIndex, proof.treeSize).map((range) =>
      hashOfRange(range, published),
    );
    expect(hashes.map(hex)).toEqual(proof.hashes);
  });

  test.each(publishedConsistencyProofs)('proves $from of $to consistent as published', (proof) => {
    const hashes = consistencyRanges(proof.from, proof.to).map((range) => hashOfRange(range, published));
    expect(hashes.map(hex)).toEqual(proof.hashes);
  });

  test('grown leaf by leaf, or gone on with from its edge, is the tree by definition', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), (leaves, cut) => {
        const { tree, lookUp } = grow(leaves);
        expect(hex(tree.root())).toBe(hex(rootByDefinition(leaves)));
        const size = cut % leaves.length;
        const resumed = new GrowingTree(size, GrowingTree.edgeOf(size).map(lookUp));
        for (const leaf of leaves.slice(size)) resumed.append(leafHash(leaf));
        expect(hex(resumed.root())).toBe(hex(tree.root()));
      }),
    );
  });
});

describe('a proof', () => {
  const roots = (leaves: readonly Uint8Array[], size: number): Uint8Array =>
    rootByDefinition(leaves.slice(0, size));

  test('of inclusion verifies, and no longer once anything in it is changed', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), fc.nat(), fc.nat(), (leaves, a, b, change) => {
        const treeSize = 1 + (a % leaves.length);
        const leafIndex = b % treeSize;
        const { lookUp } = grow(leaves);
        const hashes = inclusionRanges(leafIndex, treeSize).map((range) => hashOfRange(range, lookUp));
        const leaf = lookUp({ level: 0, index: leafIndex });
        const claim = { leafHash: leaf, leafIndex, treeSize, rootHash: roots(leaves, treeSize), hashes };
        expect(isIncluded(claim)).toBe(true);
        expect(isIncluded({ ...claim, leafHash: flipped(leaf, change) })).toBe(false);
        expect(isIncluded({ ...claim, hashes: [...hashes, leaf] })).toBe(false);
        expect(isIncluded({ ...claim, leafIndex: treeSize })).toBe(false);
        for (const [at, hash] of hashes.entries())
          expect(isIncluded({ ...claim, hashes: hashes.with(at, flipped(Buffer.from(hash), change)) })).toBe(
            false,
          );
      }),
    );
  });

  test('of consistency verifies, and no longer once a leaf of the past is changed', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), fc.nat(), fc.nat(), (leaves, a, b, change) => {
        const to = 1 + (a % leaves.length);
        const from = 1 + (b % to);
        const hashesOf = (lookUp: NodeLookUp): Uint8Array[] =>
          consistencyRanges(from, to).map((range) => hashOfRange(range, lookUp));
        const hashes = hashesOf(grow(leaves).lookUp);
        const claim = { from, to, fromRoot: roots(leaves, from), toRoot: roots(leaves, to), hashes };
        expect(isConsistent(claim)).toBe(true);
        const rewritten = leaves.with(change % from, Buffer.from('rewritten'));
        const forged = hashesOf(grow(rewritten).lookUp);
        expect(isConsistent({ ...claim, toRoot: roots(rewritten, to), hashes: forged })).toBe(false);
      }),
    );
  });

  test('needs only about log2 of the size in nodes, and a few leaves', () => {
    const size = 10_000_019;
    const ranges = [...inclusionRanges(7_654_321, size), { from: 0, to: size }];
    const nodes = keptNodesOf(ranges.flatMap(subtreesOf));
    expect(nodes.length).toBeLessThan(2 * Math.log2(size) + 2 * 2 ** lowestKeptLevel);
    for (const { level } of nodes) expect(level === 0 || level >= lowestKeptLevel).toBe(true);
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at % copy.length) ^ (1 << (at % 8)), at % copy.length);
  return copy;
}
