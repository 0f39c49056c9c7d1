import { Terms, type DomainEventOf, type Recorded } from '@verbatim/shared';
import type { Connection } from '../tables/connection.ts';
import { WordCounts } from './word-counts.ts';

export type Sweep = Recorded<DomainEventOf<'ErasureRequested' | 'ContentErased' | 'RetentionApplied'>>;

/** Takes out every document of a person, or of some days of rooms, and the words that nobody else used. */
export async function sweepDocuments(connection: Connection, event: Sweep): Promise<void> {
  const { organizationId } = event.metadata;
  const words = new WordCounts();
  for (const group of termGroupsOf(event)) {
    const { rows } = await connection.query<{ terms: number[] }>(
      `DELETE FROM document WHERE organization_id = $1 AND terms @> $2::bigint[] RETURNING terms`,
      [organizationId, group],
    );
    for (const { terms: gone } of rows) words.take(organizationId, gone);
  }
  await words.write(connection);
}

/** Of each group: what has all of its terms is to go. */
export function termGroupsOf({ type, data, metadata }: Sweep): number[][] {
  const terms = new Terms(metadata.organizationId);
  return type === 'RetentionApplied'
    ? data.roomDays.map(({ roomId, day }) => [terms.room(roomId), terms.period(day)])
    : [[terms.author(data.userId)]];
}
