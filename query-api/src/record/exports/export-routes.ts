import { exportView, idSchema, Problem, type ExportView } from '@verbatim/shared';
import { z } from 'zod';
import { auditedRoute, type Asked } from '../access/audited-route.ts';
import { findExport } from './export-request.ts';

const oneExport = { parameters: z.strictObject({ exportId: idSchema }), query: z.object({}) };
type ExportQuestion = Asked<{ exportId: string }, object>;

export const exportRoutes = [
  auditedRoute({
    ...oneExport,
    name: 'ShowExport',
    path: '/audit/exports/{exportId}',
    summary: 'How far an export is, and what it holds.',
    access: 'export',
    answer: exportView,
    ask: async (question) => {
      const { body } = await showExport(question);
      return { body, results: 1 };
    },
  }),
  auditedRoute({
    ...oneExport,
    name: 'DownloadExport',
    path: '/audit/exports/{exportId}/download',
    summary: 'The finished export, a zip.',
    access: 'export-download',
    ask: async (question) => {
      const { body, key, positions } = await showExport(question);
      if (body.status === 'outdated')
        throw new Problem('conflict', { detail: 'Some of it was erased since. Please ask for it again.' });
      if (body.status !== 'completed' || key === undefined)
        throw new Problem('not-found', { detail: 'The export is not finished yet.' });
      const { exports: jobs } = question.services;
      const { organizationId } = question.caller;
      const file = jobs.fileOf(body.id);
      if (!(await file.exists())) throw new Problem('unavailable', { detail: 'The file is not here.' });
      return {
        stream: () => file.read(key),
        // An erasure meanwhile destroys the key, but not what is held of it here.
        isStillThere: async () => (await jobs.keyOf(organizationId, body.id)) !== undefined,
        headers: {
          'Content-Type': 'application/zip',
          'Content-Length': String(body.bytes),
          'Content-Disposition': `attachment; filename="verbatim-${body.format}-${body.id}.zip"`,
          'Cache-Control': 'no-store',
        },
        results: null,
        range: { from: 0n, to: positions },
      };
    },
  }),
];

async function showExport({ caller, parameters, services }: ExportQuestion): Promise<{
  readonly body: ExportView;
  readonly key: Buffer | undefined;
  readonly positions: bigint;
}> {
  const { sources, freshKeyring, exports: jobs } = services;
  const { organizationId } = caller;
  const { exportId } = parameters;
  const found = await findExport(sources.record, freshKeyring(), organizationId, exportId);
  if (found === undefined) throw new Problem('not-found');
  const { request, finished } = found;
  const key = finished === undefined ? undefined : await jobs.keyOf(organizationId, exportId);
  const progress = jobs.progressOf(exportId);
  const unfinished = jobs.hasFailed(exportId) ? 'failed' : progress === undefined ? 'waiting' : 'running';
  const ended = key === undefined ? 'outdated' : 'completed';
  const body: ExportView = {
    id: exportId,
    status: finished === undefined ? unfinished : ended,
    format: request.format,
    reason: request.reason,
    filters: request.filters,
    requested: { at: request.requestedAt, by: request.requestedBy },
    progress: progress ?? (finished === undefined ? { done: 0, total: 0 } : { done: 1, total: 1 }),
    sha256: finished?.sha256 ?? null,
    bytes: finished?.bytes ?? null,
  };
  return { body, key, positions: BigInt(request.untilPosition) };
}
