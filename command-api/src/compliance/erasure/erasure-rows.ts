import type { Database, erasureSteps } from '@verbatim/shared';
import { z } from 'zod';

type ErasureStep = (typeof erasureSteps)[number];

/** How far an erasure is. The row is durable before the log tells of it, so that what a crash leaves is found. */
export interface Erasure {
  readonly erasureId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly commandId: string;
  readonly step: ErasureStep;
}

const columns = `erasure_id AS "erasureId", organization_id AS "organizationId", user_id AS "userId",
  command_id AS "commandId", step, started_at < now() - interval '1 minute' AS "isOld"`;
const rowsSchema = z.object({
  rows: z.array(
    z.object({
      erasureId: z.string(),
      organizationId: z.string(),
      userId: z.string(),
      commandId: z.string(),
      step: z.enum(['requested', 'keys-destroyed', 'content-erased', 'rewritten', 'done']),
      isOld: z.boolean(),
    }),
  ),
});

/** @returns the erasure of the person that is under way, which may be one that somebody else just asked for. */
export async function noteErasure(database: Database, erasure: Omit<Erasure, 'step'>): Promise<Erasure> {
  const { erasureId, organizationId, userId, commandId } = erasure;
  await database.raw(
    `INSERT INTO accounts.erasure (erasure_id, organization_id, user_id, command_id) VALUES (?, ?, ?, ?)
     ON CONFLICT (user_id) DO NOTHING`,
    [erasureId, organizationId, userId, commandId],
  );
  const { rows } = rowsSchema.parse(
    await database.raw(`SELECT ${columns} FROM accounts.erasure WHERE user_id = ?`, [userId]),
  );
  return rows[0] ?? { ...erasure, step: 'requested' };
}

export async function reachStep(database: Database, erasureId: string, step: ErasureStep): Promise<void> {
  await database.raw(
    `UPDATE accounts.erasure SET step = ?, finished_at = CASE WHEN ? = 'done' THEN now() END
     WHERE erasure_id = ? AND finished_at IS NULL`,
    [step, step, erasureId],
  );
}

/** Oldest first; `isOld` ones are nobody's any more who asks just now. */
export async function unfinishedErasures(
  database: Database,
): Promise<readonly (Erasure & { readonly isOld: boolean })[]> {
  const { rows } = rowsSchema.parse(
    await database.raw(
      `SELECT ${columns} FROM accounts.erasure WHERE finished_at IS NULL ORDER BY started_at LIMIT 100`,
    ),
  );
  return rows;
}

/** Of an erasure that never came to be. */
export async function dropErasure(database: Database, erasureId: string): Promise<void> {
  await database.raw(`DELETE FROM accounts.erasure WHERE erasure_id = ? AND step = 'requested'`, [erasureId]);
}
