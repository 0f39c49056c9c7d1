import { describe, expect, it } from 'vitest';
import { verifyInclusion } from './verify-inclusion.ts';

const digest = async (...parts: readonly (number | Uint8Array)[]) =>
  new Uint8Array(
    await crypto.subtle.digest(
      'SHA-256',
      Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part]))),
    ),
  );
const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));

/** RFC 6962, 2.1 as it is written: slow and plain. */
async function rootOf(leaves: readonly Uint8Array[]): Promise<Uint8Array> {
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return only;
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return digest(1, await rootOf(leaves.slice(0, split)), await rootOf(leaves.slice(split)));
}
async function pathOf(leaves: readonly Uint8Array[], index: number): Promise<Uint8Array[]> {
  if (leaves.length === 1) return [];
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return index < split
    ? [...(await pathOf(leaves.slice(0, split), index)), await rootOf(leaves.slice(split))]
    : [...(await pathOf(leaves.slice(split), index - split)), await rootOf(leaves.slice(0, split))];
}

describe('an inclusion proof', () => {
  it('holds for every leaf of every tree, and for no other', async () => {
    for (let treeSize = 1; treeSize <= 17; treeSize += 1) {
      const leaves = await Promise.all(Array.from({ length: treeSize }, (_, index) => digest(0, index)));
      const rootHash = base64(await rootOf(leaves));
      for (const [leafIndex, leaf] of leaves.entries()) {
        const hashes = (await pathOf(leaves, leafIndex)).map(base64);
        const proof = { leafIndex, treeSize, leafHash: base64(leaf), rootHash, hashes };
        expect(await verifyInclusion(proof)).toBe(true);
        expect(await verifyInclusion({ ...proof, leafHash: base64(await digest(0, 99)) })).toBe(false);
        expect(await verifyInclusion({ ...proof, hashes: [...hashes, rootHash] })).toBe(false);
        expect(await verifyInclusion({ ...proof, leafIndex: treeSize })).toBe(false);
      }
    }
  });
});
