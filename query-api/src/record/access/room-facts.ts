import type { SqlSource } from '@verbatim/shared';
import { z } from 'zod';

/** What decides whether a look into a room takes a reason. */
export interface RoomFacts {
  /** Everybody in the organization could always read it anyway. */
  readonly wasAlwaysPublic: boolean;
}

const detailsSchema = z.object({
  kind: z.string().optional(),
  visibility: z.string().optional(),
});
const rowsSchema = z.array(z.object({ data: z.string() }));

/** Undefined when the organization has no such room. */
export async function roomFacts(
  source: SqlSource,
  organizationId: string,
  roomId: string,
): Promise<RoomFacts | undefined> {
  const { rows } = await source.query(
    `SELECT data FROM record.event
     WHERE organization_id = $1 AND room_id = $2 AND type IN ('RoomCreated', 'RoomDetailsChanged')
       AND type IN ('RoomCreated', 'RoomDetailsChanged', 'RoomArchived', 'RoomUnarchived')
     ORDER BY leaf_index`,
    [organizationId, roomId],
  );
  const details = rowsSchema.parse(rows).map(({ data }) => detailsSchema.parse(JSON.parse(data)));
  if (details.length === 0) return undefined;
  const wasAlwaysPublic = details.every(
    ({ kind, visibility }) => (kind ?? 'channel') === 'channel' && (visibility ?? 'public') === 'public',
  );
  return { wasAlwaysPublic };
}

/** The rooms among these into which a look takes a reason. */
export async function guardedRooms(
  source: SqlSource,
  organizationId: string,
  roomIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const facts = await Promise.all(
    [...new Set(roomIds)].map(async (roomId) => ({
      roomId,
      facts: await roomFacts(source, organizationId, roomId),
    })),
  );
  return new Set(facts.filter((each) => each.facts?.wasAlwaysPublic !== true).map(({ roomId }) => roomId));
}
