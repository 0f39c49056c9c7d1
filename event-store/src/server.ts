import { randomUUID } from 'node:crypto';
import { gossipService } from './cluster/gossip-service.ts';
import { serverFeaturesService } from './cluster/server-features-service.ts';
import type { Service } from './grpc/service.ts';
import { statusOf } from './grpc/to-status.ts';
import { appendRoute } from './http/append-over-http.ts';
import { infoRoutes } from './http/info-routes.ts';
import { EventLog } from './log/event-log.ts';
import { Groups } from './persistent-subscriptions/groups.ts';
import { persistentSubscriptionsService } from './persistent-subscriptions/persistent-subscriptions-service.ts';
import { checkOptions, type CheckedOptions, type EventStoreOptions } from './options.ts';
import { reportToStderr, type Report } from './report.ts';
import { prepareSecurity } from './security/prepare-security.ts';
import { streamsService } from './streams/streams-service.ts';
import { connectionString, reachableHost } from './transport/addresses.ts';
import { listen } from './transport/listener.ts';

export interface EventStoreServer {
  /** What `EventStoreDBClient.connectionString` takes. It carries no credentials. */
  readonly connectionString: string;
  /** The port it listens on, also when the system picked it. */
  readonly port: number;
  /** The certificate authority that clients must trust; absent when insecure. */
  readonly authorityFile: string | undefined;
  /** Resolves if the disk fails. The server has then cut all connections and stores nothing more; only `stop` is left. */
  readonly failure: Promise<Error>;
  /** Ends all calls, writes what was accepted, closes the files. May be called again. */
  stop(): Promise<void>;
}

/** Starts an event store over a directory; resolves when clients can connect. */
export async function startEventStore(given: EventStoreOptions): Promise<EventStoreServer> {
  const options = checkOptions(given);
  const report = reportToStderr;
  let onFailure: (error: Error) => void = () => undefined;
  const failure = new Promise<Error>((resolve) => (onFailure = resolve));
  const log = await EventLog.open({ directory: options.directory, report, onFailure });
  try {
    return await serve(log, options, report, failure);
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function serve(
  log: EventLog,
  options: CheckedOptions,
  report: Report,
  failure: Promise<Error>,
): Promise<EventStoreServer> {
  const { access, authentication, tls } = await prepareSecurity(log, options);
  const environment = { authentication, toStatus: statusOf(report) };
  const host = reachableHost(options);
  const node = {
    instanceId: randomUUID(),
    endpoint: () => ({ host, port: listener.port }),
    stats: () => ({ 'es-headPosition': log.headPosition.toString() }),
  };
  const groups = new Groups(log, report);
  const services: Service[] = [];
  services.push(
    streamsService(log, options, access, environment),
    persistentSubscriptionsService(groups, log, access, environment),
    gossipService(node.instanceId, node.endpoint, environment),
    serverFeaturesService(() => services.flatMap(({ methods }) => methods), environment),
  );
  const routes = [...infoRoutes(node, access), appendRoute(log, options, access)];
  const listener = await listen({ options, services, routes, authentication, tls, report });
  void failure.then((error) => {
    report('the disk has failed: the store takes nothing more', error);
    return listener.close();
  });
  let stopping: Promise<void> | undefined;
  return {
    connectionString: connectionString(host, listener.port, tls),
    port: listener.port,
    authorityFile: tls?.authorityFile,
    failure,
    stop: () =>
      (stopping ??= listener
        .close()
        .then(() => groups.stop())
        .then(() => log.close())),
  };
}
