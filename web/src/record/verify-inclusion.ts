import type { InclusionProofView } from '@verbatim/shared/browser';

/**
 * Whether a leaf is in the tree of this root: RFC 9162, 2.1.3.2, by this browser's own arithmetic, so that the seal on
 * a message is more than the server's word.
 */
export async function verifyInclusion(proof: InclusionProofView): Promise<boolean> {
  if (proof.leafIndex >= proof.treeSize) return false;
  let index = proof.leafIndex;
  let last = proof.treeSize - 1;
  let hash = bytesOf(proof.leafHash);
  for (const sibling of proof.hashes.map(bytesOf)) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      hash = await nodeHash(sibling, hash);
      while (index % 2 === 0 && index !== 0) {
        index = Math.floor(index / 2);
        last = Math.floor(last / 2);
      }
    } else hash = await nodeHash(hash, sibling);
    index = Math.floor(index / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && base64Of(hash) === proof.rootHash;
}

async function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  const node = Uint8Array.from([1, ...left, ...right]);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', node));
}

const bytesOf = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const base64Of = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
