import { erasureSteps, fieldsOf, type ErasureView, type Keyring, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import { openRows } from '../entries/open-entries.ts';
import { recordColumns, recordRows } from '../entries/record-row.ts';

const stepRows = z.array(z.object({ step: z.enum(erasureSteps), finishedAt: z.date().nullable() }));

/** What the record says of it, and how far the work is. Undefined when the organization never asked for it. */
export async function findErasure(
  source: SqlSource,
  keyring: Keyring,
  organizationId: string,
  erasureId: string,
): Promise<ErasureView | undefined> {
  const rows = await recordRows(
    source,
    `SELECT ${recordColumns} FROM record.event AS e
     WHERE e.organization_id = $1 AND e.type IN ('ErasureRequested', 'ContentErased')
       AND e.data::jsonb ->> 'erasureId' = $2
     ORDER BY e.leaf_index`,
    [organizationId, erasureId],
  );
  let view: ErasureView | undefined;
  for (const { event } of await openRows(rows, keyring)) {
    if (event?.type === 'ErasureRequested')
      view = {
        id: erasureId,
        userId: event.data.userId,
        reason: fieldsOf(event.content)?.reason ?? null,
        status: 'requested',
        requested: { at: event.metadata.occurredAt, by: event.metadata.actorId },
        finishedAt: null,
      };
    if (event?.type === 'ContentErased' && view !== undefined) view = { ...view, status: 'content-erased' };
  }
  if (view === undefined) return undefined;
  const { rows: steps } = await source.query(
    `SELECT step, finished_at AS "finishedAt" FROM accounts.erasure WHERE erasure_id = $1`,
    [erasureId],
  );
  const [progress] = stepRows.parse(steps);
  if (progress === undefined) return view;
  return { ...view, status: progress.step, finishedAt: progress.finishedAt?.toISOString() ?? null };
}
