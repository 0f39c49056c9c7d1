import type { EventStore, ExistingOrganization, SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import { peopleNamedBy, type Reach, type Stay } from './hold-cover.ts';
import type { ReadModels } from './read-models.ts';

interface Needed {
  readonly eventStore: Pick<EventStore, 'head'>;
  readonly readModels: ReadModels;
}

/** The record, once it has everything that is in the log by now. */
async function completeRecord({ eventStore, readModels }: Needed): Promise<SqlSource> {
  await readModels.reached(['record'], (await eventStore.head()) ?? 0n);
  return readModels.source;
}

const reachRows = z.array(z.object({ userId: z.string(), roomId: z.string() }));

/** Where the people whom holds name ever were or wrote; asks nobody when holds name none. */
export async function reachOfHolds(
  needed: Needed,
  { organizationId, holds }: Pick<ExistingOrganization, 'organizationId' | 'holds'>,
): Promise<Reach> {
  const userIds = peopleNamedBy(holds.values());
  const reach = new Map<string, Set<string>>();
  if (userIds.length === 0) return reach;
  const source = await completeRecord(needed);
  const { rows } = await source.query(
    `SELECT DISTINCT user_id AS "userId", room_id AS "roomId" FROM record.participant
     WHERE organization_id = $1 AND user_id = ANY($2::uuid[])
     UNION
     SELECT DISTINCT author_id, room_id FROM record.event
     WHERE organization_id = $1 AND type = 'MessageSent' AND author_id = ANY($2::uuid[]) AND room_id IS NOT NULL`,
    [organizationId, userIds],
  );
  for (const { userId, roomId } of reachRows.parse(rows))
    reach.set(userId, (reach.get(userId) ?? new Set()).add(roomId));
  return reach;
}

const stayRows = z.array(z.object({ roomId: z.string(), from: z.string(), to: z.string().nullable() }));

/**
 * When somebody was in which room, from first to last, and when they wrote there. Between coming back and having left
 * counts as having been there: what is held is rather too much than too little.
 */
export async function staysOf(needed: Needed, organizationId: string, userId: string): Promise<Stay[]> {
  const source = await completeRecord(needed);
  const { rows } = await source.query(
    `SELECT there.room_id AS "roomId",
       to_char(min(change.created) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS from,
       CASE WHEN (array_agg(there.role ORDER BY there.leaf_index DESC))[1] IS NULL
         THEN to_char(max(change.created) AT TIME ZONE 'UTC', 'YYYY-MM-DD') END AS to
     FROM record.participant AS there JOIN record.event AS change USING (organization_id, leaf_index)
     WHERE there.organization_id = $1 AND there.user_id = $2
     GROUP BY there.room_id
     UNION ALL
     SELECT room_id, min(day), max(day) FROM record.event
     WHERE organization_id = $1 AND author_id = $2 AND type = 'MessageSent'
       AND room_id IS NOT NULL AND day IS NOT NULL
     GROUP BY room_id`,
    [organizationId, userId],
  );
  return stayRows.parse(rows);
}

export interface DayCount {
  readonly roomId: string;
  readonly day: string;
  readonly messages: number;
}
const countRows = z.array(z.object({ roomId: z.string(), day: z.string(), messages: z.bigint() }));

/** How many messages were said on each day up to `throughDay`, in one room or in all; those of the erased are gone. */
export async function messagesByDay(
  needed: Needed,
  organization: Pick<ExistingOrganization, 'organizationId' | 'erasures'>,
  roomId: string | null,
  throughDay: string,
): Promise<DayCount[]> {
  const source = await completeRecord(needed);
  const erased = [...organization.erasures.values()].map(({ userId }) => userId);
  const { rows } = await source.query(
    `SELECT room_id AS "roomId", day, count(*) AS messages FROM record.event
     WHERE organization_id = $1 AND type = 'MessageSent' AND day <= $2 AND room_id IS NOT NULL
       AND ($3::uuid IS NULL OR room_id = $3::uuid) AND author_id <> ALL($4::uuid[])
     GROUP BY room_id, day ORDER BY room_id, day`,
    [organization.organizationId, throughDay, roomId, erased],
  );
  return countRows.parse(rows).map((row) => ({ ...row, messages: Number(row.messages) }));
}
