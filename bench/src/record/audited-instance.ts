import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  connectEventStore,
  createLogger,
  createPool,
  type Database,
  type EventStore,
} from '@verbatim/shared';
import { findInstance } from '@verbatim/shared/configuration';
import { startInstance, type Instance } from '@verbatim/testing/instance';
import { signUp, type Person } from '../workspace.ts';

/** An instance whose stores a measurement may reach into, and somebody who may ask about its record. */
export interface AuditedInstance {
  readonly instance: Instance;
  readonly owner: Person;
  readonly organizationId: string;
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly masterKey: string;
  close(): Promise<void>;
}

/** What a measurement generates takes longer than what a service asks. */
const statementTimeoutMs = 600_000;

export async function startAuditedInstance(): Promise<AuditedInstance> {
  const instance = await startInstance();
  const urls = await findInstance(instance.dataDirectory);
  if (urls === undefined) throw new Error('the instance does not tell where its stores are');
  const logger = createLogger({ name: 'bench', level: 'silent' });
  const eventStore = connectEventStore({ url: urls.eventStore, logger });
  const database = createPool(urls.database, { applicationName: 'bench', statementTimeoutMs });
  const owner = await signUp(instance.origin);
  const masterKey = await readFile(path.join(instance.dataDirectory, 'keys', 'master-key'), 'utf8');
  return {
    instance,
    owner,
    organizationId: owner.session.organization.id,
    database,
    eventStore,
    masterKey: masterKey.trim(),
    close: async () => {
      await Promise.all([eventStore.close(), database.destroy()]);
      await instance.remove();
    },
  };
}
