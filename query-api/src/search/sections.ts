import { sectionAt, sectionLevels, type Section, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';

/** Messages in a section that is looked at by itself: few enough to be sorted at once, however many match. */
const messagesPerSection = 16_384;
const sampledMessages = 4_096;
/**
 * Neighbours that are looked at together, by size: each time as many as all before them. So a search that must go far
 * back asks the index a dozen times, and one that finds enough soon has looked at no more than twice as much as it must.
 */
const smallestTogether = [1, 1, 2, 4, 8, 16, 32];
/** One is as large as all of the smaller size. */
const largerTogether = [1, 2, 4, 8, 16, 32];

/** Neighbouring sections, the newest first, of which all before a position is to be looked at. */
export interface Stretch {
  readonly sections: readonly Section[];
  readonly before: bigint;
}

const probeSchema = z.object({
  newest: z.coerce.bigint(),
  sampled: z.coerce.bigint().nullable(),
  oldest: z.coerce.bigint(),
});

/**
 * The stretches of the log that hold an organization's messages before a position, the newest first: small ones where
 * a common word is found soon, then larger ones, so that a rare word costs few steps. Empty when there is nothing.
 */
export async function stretchesBefore(
  source: SqlSource,
  organizationId: string,
  before: bigint,
): Promise<readonly Stretch[]> {
  const at = (order: 'ASC' | 'DESC', offset: number): string =>
    `(SELECT position FROM search.document WHERE organization_id = $1 AND position < $2
      ORDER BY position ${order} OFFSET ${offset} LIMIT 1)::text`;
  const { rows } = await source.query(
    `SELECT * FROM (SELECT ${at('DESC', 0)} AS newest, ${at('DESC', sampledMessages)} AS sampled,
       ${at('ASC', 0)} AS oldest) AS probe WHERE newest IS NOT NULL`,
    [organizationId, before.toString()],
  );
  if (rows[0] === undefined) return [];
  const { newest, sampled, oldest } = probeSchema.parse(rows[0]);
  return planStretches(newest, oldest, sampled === null ? undefined : newest - sampled);
}

/** @param sampledSpan positions that the newest `sampledMessages` are spread over; undefined when there are fewer. */
export function planStretches(newest: bigint, oldest: bigint, sampledSpan: bigint | undefined): Stretch[] {
  const stretches: Stretch[] = [];
  let before = newest + 1n;
  for (const level of levelsFrom(sampledSpan)) {
    for (const together of stretches.length === 0 ? smallestTogether : largerTogether) {
      if (before <= oldest) return stretches;
      const sections: Section[] = [];
      let rest = before;
      for (; sections.length < together && rest > oldest; rest = startOf(level, rest))
        sections.push(sectionAt(level, rest - 1n));
      stretches.push({ sections, before });
      before = rest;
    }
  }
  return stretches;
}

/** Where the section begins that ends at this position, or has it inside. */
const startOf = (level: number, end: bigint): bigint => sectionAt(level, end - 1n).number << BigInt(level);

function levelsFrom(sampledSpan: bigint | undefined): readonly number[] {
  if (sampledSpan === undefined) return sectionLevels.slice(-1);
  const span = sampledSpan * BigInt(messagesPerSection / sampledMessages);
  const fine = sectionLevels.findLast((level) => 1n << BigInt(level) <= span) ?? sectionLevels[0];
  return sectionLevels.filter((level) => level >= fine);
}
