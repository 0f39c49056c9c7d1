import { GrowingTree, keptNodesOf, lookUpIn, nodeName, type NodeAddress } from '@verbatim/shared';
import type { Connection } from '../tables/connection.ts';

interface Wanted extends NodeAddress {
  readonly organizationId: string;
}
interface StoredHash {
  readonly organizationId: string;
  readonly level: number;
  readonly index: bigint;
  readonly hash: Uint8Array;
}

/** The trees of these organizations as the tables have them, ready to grow: one statement for any number. */
export async function loadTrees(
  connection: Connection,
  sizes: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, GrowingTree>> {
  const wanted = [...sizes].flatMap(([organizationId, size]) =>
    keptNodesOf(GrowingTree.edgeOf(size)).map((address) => ({ ...address, organizationId })),
  );
  const hashes = await loadHashes(connection, wanted);
  return new Map(
    [...sizes].map(([organizationId, size]) => {
      const lookUp = lookUpIn(hashes.get(organizationId) ?? new Map());
      return [organizationId, new GrowingTree(size, GrowingTree.edgeOf(size).map(lookUp))];
    }),
  );
}

/** Leaves stand in `event`, interior nodes in `node`. */
async function loadHashes(
  connection: Connection,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>> {
  if (wanted.length === 0) return new Map();
  const { rows } = await connection.query<StoredHash>(
    `WITH wanted AS (
       SELECT * FROM unnest($1::uuid[], $2::integer[], $3::bigint[]) AS each (organization_id, level, index))
     SELECT organization_id AS "organizationId", level, index, node.hash
     FROM wanted JOIN node USING (organization_id, level, index)
     UNION ALL
     SELECT organization_id, level, index, event.leaf_hash
     FROM wanted JOIN event USING (organization_id)
     WHERE level = 0 AND event.leaf_index = index`,
    [
      wanted.map(({ organizationId }) => organizationId),
      wanted.map(({ level }) => level),
      wanted.map(({ index }) => index),
    ],
  );
  const byOrganization = new Map<string, Map<string, Uint8Array>>();
  for (const { organizationId, level, index, hash } of rows) {
    const hashes = byOrganization.get(organizationId) ?? new Map<string, Uint8Array>();
    byOrganization.set(organizationId, hashes.set(nodeName({ level, index: Number(index) }), hash));
  }
  return byOrganization;
}
