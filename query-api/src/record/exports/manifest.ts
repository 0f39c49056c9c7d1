import type { CheckpointKey } from '@verbatim/shared';
import type { ExportCounts } from './evidence.ts';
import type { ExportScope } from './export-scope.ts';
import type { ExportRequest } from './export-request.ts';
import type { Person } from './transcript.ts';
import type { ZippedFile } from './zip-writer.ts';

export interface ManifestParts {
  readonly request: ExportRequest;
  readonly scope: ExportScope;
  readonly organizationName: string;
  readonly requestedBy: Person;
  readonly counts: ExportCounts;
  readonly files: readonly ZippedFile[];
  readonly checkpoint: string;
  readonly key: CheckpointKey;
}

/**
 * What an export says about itself. Neither its id nor the time of asking is in it, so that the same request over the
 * same log gives the same bytes; those stand on the record, with the file's SHA-256.
 */
export function manifestOf(parts: ManifestParts): string {
  const { request, scope, organizationName, requestedBy, counts, files, checkpoint, key } = parts;
  const manifest = {
    version: 1,
    format: request.format,
    organization: { id: scope.organizationId, name: organizationName },
    requestedBy,
    reason: request.reason,
    filters: request.filters,
    positions: scope.positions,
    treeSize: Number(scope.endLeaf),
    counts: {
      events: counts.events,
      types: sorted(counts.types),
      rooms: sorted(counts.rooms),
      content: sorted(counts.content),
    },
    files,
    checkpoint,
    verifierKey: key.verifierKey,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

const sorted = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
