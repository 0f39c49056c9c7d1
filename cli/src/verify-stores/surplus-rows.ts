import type { SqlSource } from '@verbatim/shared';
import { z } from 'zod';

/** The log as it was walked. */
export interface WalkedLog {
  readonly trees: readonly { readonly organizationId: string; readonly size: number }[];
  /** The position that was walked to. */
  readonly head: bigint;
  /** The position of the newest event when the walk had ended. */
  readonly newest: bigint;
  /** The record has come as far as the last event that was walked over. */
  readonly isProjected: boolean;
}

/** A row of the record that stands for no event of the log; one of each organization, the first that has a position. */
export interface SurplusRow {
  readonly table: string;
  readonly organizationId: string;
  readonly position: bigint | null;
}

export async function surplusRows(database: SqlSource, log: WalkedLog): Promise<SurplusRow[]> {
  const { trees, head, newest, isProjected } = log;
  const { rows } = await database.query(surplus, [
    trees.map(({ organizationId }) => organizationId),
    trees.map(({ size }) => size),
    head,
    newest,
    isProjected,
  ]);
  return rowsSchema.parse(rows);
}

const rowsSchema = z.array(
  z.object({ table: z.string(), organizationId: z.string(), position: z.bigint().nullable() }),
);

/** The size that an event `e` published; null for whatever publishes none. */
const publishedSize = `
  (CASE WHEN e.type = 'CheckpointPublished' AND (e.data::json -> 'treeSize')::text ~ '^[0-9]{1,15}$'
    THEN (e.data::json ->> 'treeSize')::bigint END)`;

/** Whatever stands in the record beside what the log demands, whoever put it there. One statement sees one state. */
const surplus = `
  WITH known (organization_id, size) AS (SELECT * FROM unnest($1::uuid[], $2::bigint[])),
    now AS (
      SELECT tree.*, last.leaf_index + 1 AS last_size, last.horizon AS last_horizon,
        coalesce(active.leaf_index + 1, 0) AS last_active, coalesce(published.size, 0) AS last_published
      FROM record.tree
        LEFT JOIN LATERAL (
          SELECT leaf_index, horizon FROM record.event AS e WHERE e.organization_id = tree.organization_id
          ORDER BY leaf_index DESC LIMIT 1) AS last ON true
        LEFT JOIN LATERAL (
          SELECT leaf_index FROM record.event AS e
          WHERE e.organization_id = tree.organization_id AND ${publishedSize} IS NULL
          ORDER BY leaf_index DESC LIMIT 1) AS active ON true
        LEFT JOIN LATERAL (
          SELECT ${publishedSize} AS size FROM record.event AS e
          WHERE e.organization_id = tree.organization_id AND e.type = 'CheckpointPublished' AND ${publishedSize} IS NOT NULL
          ORDER BY leaf_index DESC LIMIT 1) AS published ON true),
    surplus AS (
      SELECT 'record.event' AS "table", e.organization_id, e.position FROM record.event AS e
        LEFT JOIN known USING (organization_id)
        WHERE e.leaf_index >= coalesce(known.size, 0) AND (e.position <= $3::bigint OR e.position > $4::bigint)
      UNION ALL
      SELECT 'record.node', node.organization_id, NULL FROM record.node
        LEFT JOIN now USING (organization_id)
        WHERE now.last_size IS NULL OR (node.index + 1) * (1::bigint << node.level) > now.last_size
      UNION ALL
      SELECT 'record.participant', p.organization_id, NULL FROM record.participant AS p
        WHERE NOT EXISTS (
          SELECT 1 FROM record.event AS e
          WHERE e.organization_id = p.organization_id AND e.leaf_index = p.leaf_index
            AND e.type LIKE 'Participant%' AND e.data::json ->> 'userId' = p.user_id::text
            AND e.data::json ->> 'roomId' = p.room_id::text)
      UNION ALL
      SELECT 'record.tree', now.organization_id, NULL FROM now
        WHERE (size, horizon, active_size, published_size)
          IS DISTINCT FROM (last_size, last_horizon, last_active, last_published)
      UNION ALL
      SELECT 'record.tree', known.organization_id, NULL FROM known
        WHERE $5::boolean AND known.size > 0 AND NOT EXISTS (SELECT 1 FROM now WHERE now.organization_id = known.organization_id))
  SELECT DISTINCT ON (organization_id) "table", organization_id AS "organizationId", position
  FROM surplus ORDER BY organization_id, position NULLS LAST`;
