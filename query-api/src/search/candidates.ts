import { isoText, Terms, type Person, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import { unknownOrganization } from '../sources/unknown-organization.ts';
import type { SearchConditions } from './search-conditions.ts';
import { readableRooms } from './search-scope.ts';
import type { Stretch } from './sections.ts';

/** A message that the index says may be meant; its text, which decides, is the timeline's. */
export interface Candidate {
  readonly messageId: string;
  readonly position: bigint;
  readonly text: string;
  readonly createdAt: string;
}

const candidatesSchema = z.array(
  z.object({
    messageId: z.string(),
    position: z.coerce.bigint(),
    text: z.string().nullable(),
    createdAt: z.string().nullable(),
  }),
);

export interface Candidates {
  readonly found: readonly Candidate[];
  /** Everything from here on was looked at; undefined when that is all there is. */
  readonly reached: bigint | undefined;
}

/** The newest messages in these stretches that meet the conditions and that the person may read. */
export async function findCandidates(
  source: SqlSource,
  { organizationId, userId }: Person,
  conditions: SearchConditions,
  place: { readonly stretches: readonly Stretch[]; readonly limit: number },
): Promise<Candidates> {
  const terms = new Terms(organizationId);
  const asked = askedOfIndex(conditions);
  const { rows } = await source.query(candidateSql(asked.map(({ sql }) => sql)), [
    organizationId,
    userId,
    place.stretches.map(({ sections }) => asArrayLiteral(sections.map((section) => terms.section(section)))),
    place.stretches.map(({ before }) => before.toString()),
    place.limit,
    ...asked.map(({ terms: wanted }) => wanted),
  ]);
  const all = candidatesSchema.parse(rows);
  const oldest = all.reduce<bigint | undefined>(
    (least, { position }) => (least === undefined || position < least ? position : least),
    undefined,
  );
  return {
    found: all.flatMap(({ text, createdAt, ...candidate }) =>
      text === null || createdAt === null ? [] : [{ ...candidate, text, createdAt }],
    ),
    reached: all.length < place.limit ? undefined : oldest,
  };
}

const asArrayLiteral = (numbers: readonly number[]): string => `{${numbers.join(',')}}`;

const fixedParameters = 5;

/** An empty array is left out: the index would be asked for everything. */
function askedOfIndex({ every, oneOf, none }: SearchConditions) {
  const asked = [
    { operator: 'd.terms @>', terms: every },
    ...oneOf.map((terms) => ({ operator: 'd.terms &&', terms })),
    { operator: 'NOT d.terms &&', terms: none },
  ].filter(({ terms }) => terms.length > 0);
  return asked.map(({ operator, terms }, index) => ({
    sql: `AND ${operator} $${fixedParameters + 1 + index}::bigint[]`,
    terms,
  }));
}

/**
 * Stretch by stretch, and no further than needed: the outer loop takes the stretches in their order and stops at the
 * limit. The sums keep the planner from walking along the positions instead of asking the index of terms. Sections
 * are a condition of their own: an array is read along the one of its terms that the index takes for the rarest, and
 * GIN takes a section, all of which lies together, for rarer than it is.
 */
function candidateSql(asked: readonly string[]): string {
  return `
    WITH found AS MATERIALIZED (
      SELECT candidate.*
      FROM unnest($3::text[], $4::bigint[]) AS stretch (sections, before)
      CROSS JOIN LATERAL (
        SELECT d.message_id, d.position
        FROM search.document AS d
        WHERE d.terms && stretch.sections::bigint[] ${asked.join(' ')}
          AND d.organization_id = ${unknownOrganization} AND d.position + 0 < stretch.before
          AND d.room_id IN (${readableRooms})
        ORDER BY d.position + 0 DESC LIMIT $5::integer
      ) AS candidate
      LIMIT $5::integer)
    SELECT found.message_id AS "messageId", found.position::text AS position, m.text,
      ${isoText('m.created_at')} AS "createdAt"
    FROM found
    LEFT JOIN chat.message AS m ON m.organization_id = ${unknownOrganization} AND m.message_id = found.message_id`;
}
