import type { InclusionProofView } from '@verbatim/shared/browser';
import { fromBase64, joined, sha256, toBase64, type Bytes } from './bytes.ts';

/**
 * Whether a leaf is in the tree of this root: RFC 9162, 2.1.3.2, by this browser's own arithmetic, so that the seal on
 * a message is more than the server's word.
 */
export async function verifyInclusion(proof: InclusionProofView): Promise<boolean> {
  if (proof.leafIndex >= proof.treeSize) return false;
  let index = proof.leafIndex;
  let last = proof.treeSize - 1;
  let hash = fromBase64(proof.leafHash);
  for (const sibling of proof.hashes.map(fromBase64)) {
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
  return last === 0 && toBase64(hash) === proof.rootHash;
}

const nodeHash = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(joined([1], left, right));
