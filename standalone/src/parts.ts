import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StandaloneConfiguration } from './configuration.ts';
import type { InstanceLock } from './data-directory/instance-lock.ts';
import type { Keys } from './data-directory/keys.ts';
import type { Ports } from './data-directory/ports.ts';
import type { Logs } from './logs/logs.ts';
import type { Part } from './supervisor/part.ts';
import { postgresPart } from './supervisor/postgres-part.ts';
import { processPart } from './supervisor/process-part.ts';

interface Composition {
  /** In the order of starting; each group at once. */
  readonly groups: readonly (readonly Part[])[];
  /** Answer 200 when the part behind them works and has caught up. */
  readonly healthUrls: readonly string[];
  /** Known once the stores are up. */
  readonly storeUrls: () => { readonly eventStore: string; readonly database: string };
}

export interface CompositionOptions {
  readonly configuration: StandaloneConfiguration;
  readonly keys: Keys;
  readonly ports: Ports;
  readonly logs: Logs;
  readonly lock: InstanceLock;
}

const readyWithinMs = 60_000;

/** What `npm start` consists of: the stores that are not given, and over them the services in two processes. */
export function composeParts({ configuration, ports, logs, lock }: CompositionOptions): Composition {
  const { dataDirectory } = configuration;
  const stores: Part[] = [];

  let database = configuration.databaseUrl ?? '';
  if (configuration.databaseUrl === undefined) {
    const directory = path.join(dataDirectory, 'postgres');
    stores.push(postgresPart({ directory, log: logs.of('postgres'), onUrl: (url) => (database = url) }));
  }
  let eventStore = configuration.eventStoreUrl;
  if (eventStore === undefined) {
    eventStore = `esdb://127.0.0.1:${ports.eventStore}?tls=false`;
    stores.push(
      processPart({
        name: 'event-store',
        script: scriptOf('event-store'),
        env: () => ({
          ...configuration.env,
          EVENT_STORE_DIRECTORY: path.join(dataDirectory, 'events'),
          EVENT_STORE_PORT: String(ports.eventStore),
        }),
        log: logs.of('event-store'),
        lockDescriptor: lock.descriptor,
        readyWithinMs,
        stopWithinMs: 3_000,
      }),
    );
  }
  const urls = { eventStore };
  return { groups: [stores], healthUrls: [], storeUrls: () => ({ ...urls, database }) };
}

function scriptOf(name: string): string {
  return fileURLToPath(new URL(`./processes/${name}.js`, import.meta.url));
}
