import {
  AccessLog,
  createPool,
  sqlSourceOf,
  VaultKeyring,
  type CheckpointKey,
  type EventStore,
  type MasterKey,
} from '@verbatim/shared';
import { Router } from 'express';
import type { QueryApi, QueryServices } from '../create-query-api.ts';
import { readModelCheck } from '../sources/read-model-check.ts';
import { auditedRouter } from './access/audited-router.ts';
import type { AuditedRoute } from './access/audited-route.ts';
import { AnchorDirectory } from './checkpoints/anchor.ts';
import { startPublisher } from './checkpoints/publisher.ts';
import { TreeSigner } from './checkpoints/tree-signer.ts';
import { entryRoutes } from './entries/entry-routes.ts';
import { erasureRoutes } from './erasures/erasure-routes.ts';
import { ExportJobs } from './exports/export-jobs.ts';
import { exportRoutes } from './exports/export-routes.ts';
import { holdRoutes } from './holds/hold-routes.ts';
import { pastRoutes } from './past/past-routes.ts';
import { proofRoutes } from './proofs/proof-routes.ts';
import { replayRoutes } from './replay/replay-routes.ts';

export interface RecordOptions {
  readonly eventStore: EventStore;
  readonly masterKey: MasterKey;
  /** Signs checkpoints and exports. */
  readonly checkpointKey: CheckpointKey;
  /** Where checkpoints are kept outside of the stores too (`CHECKPOINT_ANCHOR_DIR`). */
  readonly anchorDirectory?: string | undefined;
  /** Where finished exports are kept, sealed; shared by all copies of the service. */
  readonly exportDirectory: string;
}

/** Every question about the record. Routing, validation, OpenAPI and the access tests come from here. */
export const recordRoutes: readonly AuditedRoute[] = [
  ...entryRoutes,
  ...pastRoutes,
  ...replayRoutes,
  ...proofRoutes,
  ...holdRoutes,
  ...exportRoutes,
  ...erasureRoutes,
];

/** Counting what an export holds may pass over all of an organization's events. */
const exportStatementTimeoutMs = 300_000;
const vaultConnections = 4;

/** Everything that is asked here is put on the record before it is answered. */
export function recordPart({ record, ...services }: QueryServices): Promise<QueryApi> {
  if (record === undefined)
    return Promise.resolve({ router: Router(), readiness: [], stop: () => Promise.resolve() });
  const { eventStore, masterKey, checkpointKey, anchorDirectory, exportDirectory } = record;
  // What is made here is keys alone: of a look at the record, and of an export.
  const vaultPool = createPool(services.databaseUrl, {
    applicationName: 'verbatim query-api vault',
    max: vaultConnections,
  });
  const vault = sqlSourceOf(vaultPool);
  const freshKeyring = (): VaultKeyring => new VaultKeyring(vault, masterKey);
  const accessLog = new AccessLog({ eventStore, keyring: freshKeyring() });
  const anchors = anchorDirectory === undefined ? undefined : new AnchorDirectory(anchorDirectory);
  const signer = new TreeSigner({ key: checkpointKey, eventStore, anchors });
  const exportPool = createPool(services.readerUrl ?? services.databaseUrl, {
    applicationName: 'verbatim exports',
    max: 2,
    statementTimeoutMs: exportStatementTimeoutMs,
    isReadOnly: true,
  });
  const exports = new ExportJobs({
    source: sqlSourceOf(exportPool),
    eventStore,
    freshKeyring,
    key: checkpointKey,
    signer,
    directory: exportDirectory,
    logger: services.logger,
  });
  const recordServices = { ...services, eventStore, signer, accessLog, freshKeyring, exports };
  const publisher = startPublisher({
    source: services.sources.record,
    eventStore,
    keyring: freshKeyring(),
    signer,
    anchors,
    logger: services.logger,
  });
  return Promise.resolve({
    router: auditedRouter(recordRoutes, recordServices),
    readiness: [readModelCheck(services.sources, 'record'), publisher.readiness],
    stop: async () => {
      await Promise.all([publisher.stop(), exports.stop()]);
      await Promise.all([exportPool.destroy(), vaultPool.destroy()]);
    },
  });
}
