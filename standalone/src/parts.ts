import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StandaloneConfiguration } from './configuration.ts';
import type { InstanceLock } from './data-directory/instance-lock.ts';
import type { Keys } from './data-directory/keys.ts';
import type { Ports } from './data-directory/ports.ts';
import type { Logs } from './logs/logs.ts';
import { addressOf } from './origin.ts';
import type { Part } from './supervisor/part.ts';
import { postgresPart } from './supervisor/postgres-part.ts';
import { processPart } from './supervisor/process-part.ts';

interface Composition {
  readonly startOrder: readonly (readonly Part[])[];
  readonly stopOrder: readonly (readonly Part[])[];
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
/** Together, with Postgres' own bound, they stay under the ten seconds that a stop may take. */
const stopWithinMs = { front: 4_500, projections: 2_000, eventStore: 2_500 };

/** What `npm start` consists of: the stores that are not given, and over them the services in two processes. */
export function composeParts({ configuration, keys, ports, logs, lock }: CompositionOptions): Composition {
  const { dataDirectory, host, port, env } = configuration;
  const stores: Part[] = [];
  const urls = {
    eventStore: configuration.eventStoreUrl ?? `esdb://127.0.0.1:${ports.eventStore}?tls=false`,
    database: configuration.databaseUrl ?? '',
  };
  /** With a PostgreSQL of one's own, the environment says whether it has a role for asking. */
  const reader: NodeJS.ProcessEnv = {};
  const process = (name: string, stopsWithinMs: number, own: () => NodeJS.ProcessEnv): Part =>
    processPart({
      name,
      script: fileURLToPath(new URL(`./bundle/${name}.js`, import.meta.url)),
      env: () => ({ ...env, ...own() }),
      log: logs.of(name),
      lockDescriptor: lock.descriptor,
      readyWithinMs,
      stopWithinMs: stopsWithinMs,
    });

  if (configuration.databaseUrl === undefined) {
    const directory = path.join(dataDirectory, 'postgres');
    stores.push(
      postgresPart({
        directory,
        log: logs.of('postgres'),
        onUrls: ({ url, readerUrl }) => {
          urls.database = url;
          reader.DATABASE_READER_URL = readerUrl;
        },
      }),
    );
  }
  if (configuration.eventStoreUrl === undefined) {
    stores.push(
      process('event-store', stopWithinMs.eventStore, () => ({
        EVENT_STORE_DIRECTORY: path.join(dataDirectory, 'events'),
        EVENT_STORE_PORT: String(ports.eventStore),
      })),
    );
  }

  const services = () => ({
    ...keys,
    EVENTSTORE_URL: urls.eventStore,
    DATABASE_URL: urls.database,
    // With NATS given, pushes go there; between the two processes of one machine they go straight.
    PUSH_URL: env.NATS_URL ?? directPushUrl,
  });
  const directPushUrl = `tcp://:${randomBytes(24).toString('base64url')}@127.0.0.1:${ports.push}`;
  const projections = process('projections', stopWithinMs.projections, () => ({
    ...services(),
    HOST: '127.0.0.1',
    PORT: String(ports.projections),
  }));
  const front = process('front', stopWithinMs.front, () => ({ ...services(), ...reader }));

  return {
    startOrder: [stores, [projections, front]],
    stopOrder: [[front], [projections], stores],
    healthUrls: [addressOf('127.0.0.1', ports.projections), addressOf(host, port)].map(
      (address) => `${address}/health/ready`,
    ),
    storeUrls: () => ({ ...urls }),
  };
}
