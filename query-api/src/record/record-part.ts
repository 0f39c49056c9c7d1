import {
  AccessLog,
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
import { entryRoutes } from './entries/entry-routes.ts';
import { holdRoutes } from './holds/hold-routes.ts';
import { pastRoutes } from './past/past-routes.ts';
import { proofRoutes } from './proofs/proof-routes.ts';
import { replayRoutes } from './replay/replay-routes.ts';

export interface RecordOptions {
  readonly eventStore: EventStore;
  readonly masterKey: MasterKey;
  /** Signs checkpoints and exports. */
  readonly checkpointKey: CheckpointKey;
}

/** Every question about the record. Routing, validation, OpenAPI and the access tests come from here. */
export const recordRoutes: readonly AuditedRoute[] = [
  ...entryRoutes,
  ...pastRoutes,
  ...replayRoutes,
  ...proofRoutes,
  ...holdRoutes,
];

/** Everything that is asked here is put on the record before it is answered. */
export function recordPart({ record, ...services }: QueryServices): Promise<QueryApi> {
  if (record === undefined)
    return Promise.resolve({ router: Router(), readiness: [], stop: () => Promise.resolve() });
  const { eventStore, masterKey, checkpointKey } = record;
  const freshKeyring = (): VaultKeyring => new VaultKeyring(services.sources.record, masterKey);
  const accessLog = new AccessLog({ eventStore, keyring: freshKeyring() });
  const recordServices = { ...services, eventStore, checkpointKey, accessLog, freshKeyring };
  return Promise.resolve({
    router: auditedRouter(recordRoutes, recordServices),
    readiness: [readModelCheck(services.sources, 'record')],
    stop: () => Promise.resolve(),
  });
}
