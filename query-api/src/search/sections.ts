import { sectionAt, sectionLevels, type Section, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';

/** Messages in a section that is looked at by itself: few enough to be sorted at once, however many match. */
const messagesPerSection = 16_384;
const sampledMessages = 4_096;
/** After so many sections of one size, larger ones follow. */
const sectionsOfFirstSize = 64;
const sectionsOfLaterSizes = 256;

/** What of a section is to be looked at: all before a position. */
export interface Stretch {
  readonly section: Section;
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
    const atMost = stretches.length === 0 ? sectionsOfFirstSize : sectionsOfLaterSizes;
    for (let count = 0; count < atMost && before > oldest; count += 1) {
      const section = sectionAt(level, before - 1n);
      stretches.push({ section, before });
      before = section.number << BigInt(level);
    }
  }
  return stretches;
}

function levelsFrom(sampledSpan: bigint | undefined): readonly number[] {
  if (sampledSpan === undefined) return sectionLevels.slice(-1);
  const span = sampledSpan * BigInt(messagesPerSection / sampledMessages);
  const fine = sectionLevels.findLast((level) => 1n << BigInt(level) <= span) ?? sectionLevels[0];
  return sectionLevels.filter((level) => level >= fine);
}
