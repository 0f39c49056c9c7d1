import { Terms, type DomainEventOf, type Recorded } from '@verbatim/shared';
import type { Connection } from '../tables/connection.ts';
import { inPieces } from '../tables/in-pieces.ts';
import { asArrayLiteral } from '../tables/table.ts';

export type Sweep = Recorded<DomainEventOf<'ErasureRequested' | 'ContentErased' | 'RetentionApplied'>>;

/** Takes out every document of a person, or of some days of rooms, and the words that nobody else used. */
export async function sweepDocuments(connection: Connection, event: Sweep): Promise<void> {
  const { organizationId } = event.metadata;
  const documents = inPieces<{ messageId: string }>(
    connection,
    `SELECT document.message_id AS "messageId"
     FROM unnest($2::text[]) AS given (terms)
     JOIN document ON document.organization_id = $1 AND document.terms @> given.terms::bigint[]`,
    [organizationId, termGroupsOf(event).map(asArrayLiteral)],
  );
  for await (const piece of documents) {
    const messageIds = piece.map(({ messageId }) => messageId);
    const { rows } = await connection.query<{ term: bigint }>(
      `WITH gone AS (
         DELETE FROM document USING unnest($2::uuid[]) AS given (message_id)
         WHERE document.organization_id = $1 AND document.message_id = given.message_id RETURNING terms),
       lost AS (
         SELECT term, count(*)::integer AS documents FROM gone CROSS JOIN unnest(terms) AS term GROUP BY term),
       left_over AS (
         UPDATE word SET documents = word.documents - lost.documents FROM lost
         WHERE word.organization_id = $1 AND word.term = lost.term RETURNING word.term, word.documents)
       SELECT term FROM left_over WHERE documents <= 0`,
      [organizationId, messageIds],
    );
    await connection.query(
      `DELETE FROM word WHERE organization_id = $1 AND term = ANY($2::bigint[]) AND documents <= 0`,
      [organizationId, rows.map(({ term }) => term)],
    );
  }
}

/** Of each group: what has all of its terms is to go. */
export function termGroupsOf({ type, data, metadata }: Sweep): number[][] {
  const terms = new Terms(metadata.organizationId);
  return type === 'RetentionApplied'
    ? data.roomDays.map(({ roomId, day }) => [terms.room(roomId), terms.period(day)])
    : [[terms.author(data.userId)]];
}
