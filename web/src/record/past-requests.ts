import { z } from 'zod';
import type { RecordApi } from '../api/record-api.ts';

const named = z.object({ exportId: z.string().optional(), erasureId: z.string().optional() });
/** Older ones are found in the audit trail. */
const maxShown = 10;

/** The last exports or erasures that somebody asked for, the newest first: the record knows them all. */
export async function pastRequests(
  record: RecordApi,
  type: 'ExportRequested' | 'ErasureRequested',
): Promise<string[]> {
  const { items } = await record.events({ type }, undefined, undefined);
  return items.slice(0, maxShown).flatMap(({ data }) => {
    const { exportId, erasureId } = named.parse(data);
    return exportId ?? erasureId ?? [];
  });
}
