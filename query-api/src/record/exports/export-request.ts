import { exportFormats, fieldsOf, type ExportFormat, type Keyring, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import { openRows } from '../entries/open-entries.ts';
import { recordColumns, recordRows } from '../entries/record-row.ts';

/** An export that somebody asked for. */
export interface ExportRequest {
  readonly exportId: string;
  readonly organizationId: string;
  readonly format: ExportFormat;
  readonly filters: ExportFilters;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  /** The log as it was then: nothing later is in it. */
  readonly untilPosition: string;
}

const filtersSchema = z.object({
  roomId: z.string().optional(),
  actorId: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
});
export type ExportFilters = z.infer<typeof filtersSchema>;

export interface FinishedExport {
  readonly sha256: string;
  readonly bytes: number;
}

/** Undefined when the organization never asked for it. */
export async function findExport(
  source: SqlSource,
  keyring: Keyring,
  organizationId: string,
  exportId: string,
): Promise<{ readonly request: ExportRequest; readonly finished: FinishedExport | undefined } | undefined> {
  const rows = await recordRows(
    source,
    `SELECT ${recordColumns} FROM record.event AS e
     WHERE e.organization_id = $1 AND e.entity_id = $2 AND e.entity_type = 'export'
       AND e.type IN ('ExportRequested', 'ExportCompleted')
     ORDER BY e.leaf_index LIMIT 2`,
    [organizationId, exportId],
  );
  let request: ExportRequest | undefined;
  let finished: FinishedExport | undefined;
  for (const { event } of await openRows(rows, keyring)) {
    if (event?.type === 'ExportCompleted') finished = event.data;
    if (event?.type !== 'ExportRequested') continue;
    const fields = fieldsOf(event.content);
    request = {
      exportId,
      organizationId,
      format: z.enum(exportFormats).parse(event.data.format),
      filters: filtersSchema.parse(JSON.parse(fields?.asked ?? '{}')),
      reason: fields?.reason ?? '',
      requestedBy: event.metadata.actorId,
      requestedAt: event.metadata.occurredAt,
      untilPosition: event.data.untilPosition,
    };
  }
  return request && { request, finished };
}

const exportRows = z.array(z.object({ organizationId: z.string(), exportId: z.string() }));

/** Exports that were asked for and are not finished, whosever they are. */
export async function pendingExports(
  source: SqlSource,
): Promise<{ readonly organizationId: string; readonly exportId: string }[]> {
  const { rows } = await source.query(
    `SELECT asked.organization_id AS "organizationId", asked.entity_id AS "exportId"
     FROM record.event AS asked
     WHERE asked.type = 'ExportRequested' AND asked.entity_type = 'export'
       AND NOT EXISTS (
         SELECT 1 FROM record.event AS done
         WHERE done.type = 'ExportCompleted' AND done.entity_id = asked.entity_id
           AND done.organization_id = asked.organization_id)
     ORDER BY asked.position LIMIT 100`,
  );
  return exportRows.parse(rows);
}

/** Who asked for these exports. */
export async function requestsOf(
  source: SqlSource,
  exportIds: readonly string[],
): Promise<{ readonly organizationId: string; readonly exportId: string }[]> {
  if (exportIds.length === 0) return [];
  const { rows } = await source.query(
    `SELECT organization_id AS "organizationId", entity_id AS "exportId" FROM record.event
     WHERE type = 'ExportRequested' AND entity_type = 'export' AND entity_id = ANY($1::uuid[])`,
    [exportIds],
  );
  return exportRows.parse(rows);
}
