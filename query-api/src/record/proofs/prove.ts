import {
  consistencyRanges,
  inclusionRanges,
  type ConsistencyProofView,
  type InclusionProofView,
  type SqlSource,
} from '@verbatim/shared';
import { hashesOf } from './read-hashes.ts';

const base64 = (hash: Uint8Array): string => Buffer.from(hash).toString('base64');

/** That these leaves are in the tree of this size (RFC 6962, 2.1.1). @throws RangeError for a leaf beyond it. */
export async function proveInclusion(
  source: SqlSource,
  organizationId: string,
  leafIndexes: readonly number[],
  treeSize: number,
): Promise<InclusionProofView[]> {
  const proofs = leafIndexes.map((leafIndex) => ({
    leafIndex,
    ranges: [{ from: leafIndex, to: leafIndex + 1 }, ...inclusionRanges(leafIndex, treeSize)],
  }));
  const [root, ...hashes] = await hashesOf(source, organizationId, [
    { from: 0, to: treeSize },
    ...proofs.flatMap(({ ranges }) => ranges),
  ]);
  const rootHash = base64(root ?? new Uint8Array());
  let taken = 0;
  return proofs.map(({ leafIndex, ranges }) => {
    const [leafHash = '', ...path] = hashes.slice(taken, taken + ranges.length).map(base64);
    taken += ranges.length;
    return { leafIndex, treeSize, leafHash, rootHash, hashes: path };
  });
}

/** That the tree of size `to` begins with the tree of size `from` (RFC 6962, 2.1.2). */
export async function proveConsistency(
  source: SqlSource,
  organizationId: string,
  from: number,
  to: number,
): Promise<ConsistencyProofView> {
  const hashes = await hashesOf(source, organizationId, consistencyRanges(from, to));
  return { from, to, hashes: hashes.map(base64) };
}
