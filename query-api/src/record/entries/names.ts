import type { SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import type { ActorName } from './open-entries.ts';

const nameRows = z.array(
  z.object({ userId: z.string(), displayName: z.string().nullable(), email: z.string().nullable() }),
);

/** What people are called now, for lists that tell who did something. */
export async function namesNow(
  directory: SqlSource,
  organizationId: string,
  userIds: readonly (string | null)[],
): Promise<ReadonlyMap<string, ActorName>> {
  const { rows } = await directory.query(
    `SELECT user_id AS "userId", display_name AS "displayName", email FROM directory.person
     WHERE organization_id = $1 AND user_id = ANY($2::uuid[])`,
    [organizationId, [...new Set(userIds.filter((userId) => userId !== null))]],
  );
  return new Map(nameRows.parse(rows).map(({ userId, ...name }) => [userId, name]));
}
