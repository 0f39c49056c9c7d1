import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { gossipService } from './cluster/gossip-service.ts';
import { serverFeaturesService } from './cluster/server-features-service.ts';
import { OpenCalls } from './grpc/open-calls.ts';
import type { Service } from './grpc/service.ts';
import { statusOf } from './grpc/to-status.ts';
import { appendRoute } from './http/append-over-http.ts';
import { infoRoutes } from './http/info-routes.ts';
import { EventLog } from './log/event-log.ts';
import { monitoringService } from './operations/monitoring-service.ts';
import { nodeStats } from './operations/node-stats.ts';
import { operationsService } from './operations/operations-service.ts';
import { checkOptions, type CheckedOptions, type EventStoreOptions } from './options.ts';
import { Groups } from './persistent-subscriptions/groups.ts';
import { persistentSubscriptionsService } from './persistent-subscriptions/persistent-subscriptions-service.ts';
import { projectionsService } from './projections/projections-service.ts';
import { Projections } from './projections/projections.ts';
import { reportToStderr, type Report } from './report.ts';
import { prepareSecurity } from './security/prepare-security.ts';
import { usersService } from './security/users-service.ts';
import { nextTurn } from './streams/next-turn.ts';
import { streamsService } from './streams/streams-service.ts';
import { connectionString, reachableHost } from './transport/addresses.ts';
import { listen } from './transport/listener.ts';

const TURNS_FOR_LAST_WORDS = 4;

export interface EventStoreServer {
  /** What `EventStoreDBClient.connectionString` takes. It carries no credentials. */
  readonly connectionString: string;
  /** The port it listens on, also when the system picked it. */
  readonly port: number;
  /** The certificate authority that clients must trust; absent when insecure. */
  readonly authorityFile: string | undefined;
  /** Resolves when the server has stopped, for whatever reason: with the error if the disk failed. */
  readonly closed: Promise<Error | undefined>;
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
  const { users, access, authentication, tls } = await prepareSecurity(log, options);
  const openCalls = new OpenCalls();
  const environment = { authentication, toStatus: statusOf(report), openCalls };
  const groups = new Groups(log, report);
  const projections = new Projections(log, report);
  const host = reachableHost(options);
  const node = {
    instanceId: randomUUID(),
    endpoint: () => ({ host, port: listener.port }),
    stats: () => nodeStats(log),
    restartPersistentSubscriptions: () => groups.restart(),
    shutDown: () => void stop(),
  };

  const stopSignal = new AbortController();
  // Every append under way listens.
  setMaxListeners(0, stopSignal.signal);
  const services: Service[] = [];
  services.push(
    streamsService(log, options, access, environment, stopSignal.signal),
    persistentSubscriptionsService(groups, log, access, environment),
    projectionsService(projections, access, environment),
    usersService(users, access, environment),
    operationsService(node, access, environment),
    monitoringService(node.stats, access, environment),
    gossipService(node.instanceId, node.endpoint, environment),
    serverFeaturesService(() => services.flatMap(({ methods }) => methods), environment),
  );
  const routes = [...infoRoutes(node, access), appendRoute(log, options, access)];
  const listener = await listen({ options, services, routes, authentication, tls, report });

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopAll());
  const stopAll = async (): Promise<void> => {
    stopSignal.abort();
    // What calls are told leaves in the next turns of the event loop, before they are cut.
    for (let turn = 0; turn < TURNS_FOR_LAST_WORDS; turn++) await nextTurn();
    openCalls.cancel();
    for (let turn = 0; turn < TURNS_FOR_LAST_WORDS; turn++) await nextTurn();
    await listener.close();
    await Promise.all([groups.stop(), projections.stop()]);
    await log.close();
    onStopped(undefined);
  };
  let onStopped: (error: Error | undefined) => void = () => undefined;
  const stopped = new Promise<Error | undefined>((resolve) => (onStopped = resolve));
  // Nobody may be told anything any more: what was being written may be there or not.
  const failed = failure.then(async (error) => {
    report('the disk has failed: the store takes nothing more', error);
    await listener.close();
    return error;
  });
  return {
    connectionString: connectionString(host, listener.port, tls),
    port: listener.port,
    authorityFile: tls?.authorityFile,
    closed: Promise.race([stopped, failed]),
    stop,
  };
}
