import { Problem, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';

/** A moment of an organization's log: everything before `endLeaf` has happened, nothing from there on. */
export interface Moment {
  readonly endLeaf: bigint;
  /** Of the last event that has happened; 0 before the first. */
  readonly position: bigint;
  readonly time: Date;
}

/** A moment as answers name it; the leaf index is that of the last event, -1 before the first. */
export const asOfView = ({ position, endLeaf, time }: Moment) => ({
  position: position.toString(),
  leafIndex: Number(endLeaf) - 1,
  time: time.toISOString(),
});

export const momentFields = {
  /** The longest prefix of the log stamped not later. */
  time: z.iso.datetime({ offset: true }).optional(),
  /** Up to and including this position. */
  position: z
    .string()
    .regex(/^\d{1,19}$/, 'must be a decimal position')
    .optional(),
};
export type AskedMoment = z.infer<z.ZodObject<typeof momentFields>>;

/** Time or position, as `from` and `to` take either. */
export const momentSchema = z.union([momentFields.position.unwrap(), momentFields.time.unwrap()]);

export const askedMoment = (text: string): AskedMoment =>
  /^\d+$/.test(text) ? { position: text } : { time: text };

/**
 * Leaf indexes order as positions do, and `horizon` as time does, so both are found by halves: some twenty look-ups of
 * a row by its key, however long the log is.
 */
const endLeafBy = (condition: string): string => `
  WITH RECURSIVE search (low, high) AS (
    SELECT 0::bigint, coalesce((SELECT size FROM record.tree WHERE organization_id = $1), 0)
    UNION ALL
    SELECT CASE WHEN ${condition} THEN middle.leaf_index + 1 ELSE low END,
      CASE WHEN ${condition} THEN high ELSE middle.leaf_index END
    FROM search
    JOIN record.event AS middle ON middle.organization_id = $1 AND middle.leaf_index = (low + high) / 2
    WHERE low < high)
  SELECT low AS "endLeaf", last.position, last.horizon AS time
  FROM search LEFT JOIN record.event AS last ON last.organization_id = $1 AND last.leaf_index = low - 1
  WHERE low = high LIMIT 1`;

const byPosition = endLeafBy('middle.position <= $2::bigint');
const byTime = endLeafBy('middle.horizon <= $2::timestamptz');
const beforeTime = endLeafBy('middle.horizon < $2::timestamptz');

const foundSchema = z.object({
  endLeaf: z.bigint(),
  position: z.bigint().nullable(),
  time: z.date().nullable(),
});
/** Postgres' bigint ends here; no log reaches it. */
const lastPosition = 2n ** 63n - 1n;

/** @throws Problem `invalid` unless exactly one of time and position is given. */
export async function momentOf(
  source: SqlSource,
  organizationId: string,
  { time, position }: AskedMoment,
): Promise<Moment> {
  if ((time === undefined) === (position === undefined))
    throw new Problem('invalid', { errors: [{ path: 'time', message: 'give either time or position' }] });
  return time === undefined
    ? found(source, byPosition, organizationId, clamped(BigInt(position ?? '0')))
    : found(source, byTime, organizationId, time);
}

/** The moment of the newest event that the record has. */
export const headOf = (source: SqlSource, organizationId: string): Promise<Moment> =>
  found(source, byPosition, organizationId, lastPosition);

/** The moment just before anything was stamped at this time or later. */
export const momentBefore = (source: SqlSource, organizationId: string, time: string): Promise<Moment> =>
  found(source, beforeTime, organizationId, time);

async function found(
  source: SqlSource,
  sql: string,
  organizationId: string,
  bound: bigint | string,
): Promise<Moment> {
  const { rows } = await source.query(sql, [organizationId, bound]);
  const { endLeaf, position, time } = foundSchema.parse(rows[0]);
  return { endLeaf, position: position ?? 0n, time: time ?? new Date(0) };
}

const clamped = (position: bigint): bigint => (position > lastPosition ? lastPosition : position);
