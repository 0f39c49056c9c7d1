import { Problem, readableRoomFrom, type Person, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';

export interface RowsInRoom<Row> {
  readonly rows: readonly Row[];
  /** The room's last seq in the snapshot that the rows are from. */
  readonly asOf: number;
}

const snapshotSchema = z.object({ asOf: z.number(), isItem: z.boolean().nullable() });

/**
 * The rows of a `SELECT` about the room `$3` of the organization `$1`, asked by `$2`; its own parameters begin at `$4`.
 * The right to read the room is looked up in the same statement, so the rows hold nothing from after a removal.
 * @throws Problem `not-found` when there is no such room, or none that the caller may read.
 */
export async function readInRoom<Row>(
  source: SqlSource,
  { organizationId, userId }: Person,
  roomId: string,
  items: { readonly select: string; readonly orderBy: string; readonly values: readonly unknown[] },
  toRow: (row: unknown) => Row,
): Promise<RowsInRoom<Row>> {
  const { rows } = await source.query(
    `SELECT room.last_seq AS "asOf", item.*
     FROM (SELECT room.last_seq FROM ${readableRoomFrom}) AS room
     LEFT JOIN (SELECT true AS "isItem", found.* FROM (${items.select}) AS found) AS item ON true
     ORDER BY item.${items.orderBy}`,
    [organizationId, userId, roomId, ...items.values],
  );
  if (rows.length === 0) throw new Problem('not-found');
  const { asOf } = snapshotSchema.parse(rows[0]);
  const found = rows.filter((row) => snapshotSchema.parse(row).isItem === true);
  return { rows: found.map(toRow), asOf };
}
