import {
  hashOfRange,
  keptNodesOf,
  lookUpIn,
  nodeName,
  Problem,
  subtreesOf,
  type LeafRange,
  type NodeAddress,
  type NodeLookUp,
  type SqlSource,
} from '@verbatim/shared';
import { z } from 'zod';

const keptHashes = `
  SELECT wanted.level, wanted.index, node.hash
  FROM unnest($2::integer[], $3::bigint[]) AS wanted (level, index)
  JOIN record.node
    ON node.organization_id = $1 AND node.level = wanted.level AND node.index = wanted.index
  UNION ALL
  SELECT wanted.level, wanted.index, event.leaf_hash
  FROM unnest($2::integer[], $3::bigint[]) AS wanted (level, index)
  JOIN record.event ON event.organization_id = $1 AND event.leaf_index = wanted.index
  WHERE wanted.level = 0`;
const hashRows = z.array(z.object({ level: z.number(), index: z.bigint(), hash: z.instanceof(Uint8Array) }));

/** Looks up the roots of these subtrees: one statement for all of them. The look-up throws Problem `unavailable`. */
export async function subtreeHashes(
  source: SqlSource,
  organizationId: string,
  subtrees: readonly NodeAddress[],
): Promise<NodeLookUp> {
  const wanted = keptNodesOf(subtrees);
  const { rows } = await source.query(keptHashes, [
    organizationId,
    wanted.map(({ level }) => level),
    wanted.map(({ index }) => index),
  ]);
  const lookUp = lookUpIn(
    new Map(
      hashRows.parse(rows).map(({ level, index, hash }) => [nodeName({ level, index: Number(index) }), hash]),
    ),
  );
  return (address) => {
    try {
      return lookUp(address);
    } catch (cause) {
      throw new Problem('unavailable', { detail: lostHash, cause });
    }
  };
}

/** Nothing of ours takes rows away, so that asking again does not help. */
const lostHash =
  'The record has lost a hash of its tree, and proves nothing before somebody has looked: npm run audit -- verify ' +
  'names what is missing, and a rebuild of the record from the log brings it back.';

/** RFC 6962's hashes of these ranges of an organization's leaves: about log2 of the tree's size in rows for each. */
export async function hashesOf(
  source: SqlSource,
  organizationId: string,
  ranges: readonly LeafRange[],
): Promise<Uint8Array[]> {
  const lookUp = await subtreeHashes(source, organizationId, ranges.flatMap(subtreesOf));
  return ranges.map((range) => hashOfRange(range, lookUp));
}

const sizeRow = z.object({ size: z.bigint() });

/** How many leaves the organization's tree has as projected now. */
export async function treeSizeOf(source: SqlSource, organizationId: string): Promise<number> {
  const { rows } = await source.query(`SELECT size FROM record.tree WHERE organization_id = $1`, [
    organizationId,
  ]);
  return rows[0] === undefined ? 0 : Number(sizeRow.parse(rows[0]).size);
}
