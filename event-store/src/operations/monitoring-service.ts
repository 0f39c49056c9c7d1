import { setTimeout as delay } from 'node:timers/promises';
import { Service, type ServiceEnvironment } from '../grpc/service.ts';
import { message, uint } from '../protobuf/message.ts';
import { WireWriter } from '../protobuf/wire-writer.ts';
import { demand, type Access } from '../security/access.ts';
import type { Stats } from './node-stats.ts';

const DEFAULT_PERIOD_MS = 1_000;
const SHORTEST_PERIOD_MS = 100;

const statsRequest = message({ refreshTimePeriodInMs: uint(4) });

/** The Monitoring service: figures of the server, again and again until the client goes. */
export function monitoringService(
  stats: () => Stats,
  access: Access,
  environment: ServiceEnvironment,
): Service {
  return new Service('event_store.client.monitoring.Monitoring', environment).serverStream(
    'Stats',
    statsRequest.decode,
    async ({ refreshTimePeriodInMs }, outbox, { user, signal }) => {
      demand(access.isSignedIn(user));
      const asked = refreshTimePeriodInMs === 0 ? DEFAULT_PERIOD_MS : refreshTimePeriodInMs;
      const periodMs = Math.max(SHORTEST_PERIOD_MS, asked);
      while (!signal.aborted) {
        if (!outbox.send(encodeStats(stats()))) await outbox.drained();
        await delay(periodMs, undefined, { signal }).catch(() => undefined);
      }
    },
  );
}

/** A `map<string, string>`, entry by entry. */
function encodeStats(stats: Stats): Buffer {
  const writer = new WireWriter();
  for (const [key, value] of Object.entries(stats)) {
    writer.message(1, (entry) => entry.string(1, key).string(2, value));
  }
  return writer.finish();
}
