import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { gossipService } from './cluster/gossip-service.ts';
import { serverFeaturesService } from './cluster/server-features-service.ts';
import type { Service } from './grpc/service.ts';
import { statusOf } from './grpc/to-status.ts';
import { appendRoute } from './http/append-over-http.ts';
import { httpServer } from './http/http-server.ts';
import { infoRoutes } from './http/info-routes.ts';
import { EventLog } from './log/event-log.ts';
import { checkOptions, isLoopback, type CheckedOptions, type EventStoreOptions } from './options.ts';
import { reportToStderr } from './report.ts';
import { AccessByLists, OPEN_ACCESS } from './security/access.ts';
import { NO_AUTHENTICATION, PasswordAuthentication } from './security/authentication.ts';
import { makeFirstUsers, setInitialPasswords, usersWithDefaultPassword } from './security/first-users.ts';
import { ownTlsFiles, readTlsFiles, type TlsMaterial } from './security/tls-files.ts';
import { Users } from './security/users.ts';
import { streamsService } from './streams/streams-service.ts';
import { Front } from './transport/front.ts';

const MAX_RECEIVE_BYTES = 17 * 1024 * 1024;
/** Subscribers that have vanished without a word are noticed by these pings. */
const KEEPALIVE_MS = 20_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

export interface EventStoreServer {
  /** What `EventStoreDBClient.connectionString` takes. It carries no credentials. */
  readonly connectionString: string;
  /** The port it listens on, also when the system picked it. */
  readonly port: number;
  /** The certificate authority that clients must trust; absent when insecure. */
  readonly authorityFile: string | undefined;
  /** Ends all calls, writes what was accepted, closes the files. May be called again. */
  stop(): Promise<void>;
}

/** Starts an event store over a directory; resolves when clients can connect. */
export async function startEventStore(given: EventStoreOptions): Promise<EventStoreServer> {
  const options = checkOptions(given);
  const log = EventLog.open(options.directory);
  const users = new Users(log);
  await makeFirstUsers(log, users);
  if (!options.insecure) await prepareSignIn(users, options);
  const tls = options.insecure ? undefined : tlsMaterial(options);

  const access = options.insecure ? OPEN_ACCESS : new AccessByLists(log);
  const authentication = options.insecure ? NO_AUTHENTICATION : new PasswordAuthentication(users);
  const report = reportToStderr;
  const environment = { authentication, toStatus: statusOf(report) };
  const node = {
    instanceId: randomUUID(),
    endpoint: () => ({ host: reachableHost(options), port }),
    stats: () => ({ 'es-headPosition': log.headPosition.toString() }),
  };

  const services: Service[] = [];
  services.push(
    streamsService(log, options, access, environment),
    gossipService(node.instanceId, node.endpoint, environment),
    serverFeaturesService(() => services.flatMap(({ methods }) => methods), environment),
  );
  const grpc = new Server({
    'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.enable_channelz': 0,
  });
  for (const service of services) service.addTo(grpc);
  const http2 = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const http1 = httpServer(
    [...infoRoutes(node, access), appendRoute(log, options, access)],
    authentication,
    report,
  );
  const front = new Front(
    {
      onHttp2: (socket) => http2.injectConnection(socket),
      onHttp1: (socket) => http1.emit('connection', socket),
    },
    tls,
  );
  const { port } = await front.listen(options.host, options.port);

  let stopping: Promise<void> | undefined;
  return {
    connectionString: connectionString(reachableHost(options), port, tls),
    port,
    authorityFile: tls?.authorityFile,
    stop: () => {
      stopping ??= (async () => {
        grpc.forceShutdown();
        await front.close();
        await log.close();
      })();
      return stopping;
    },
  };
}

async function prepareSignIn(users: Users, options: CheckedOptions): Promise<void> {
  await setInitialPasswords(users, options);
  if (isLoopback(options.host)) return;
  const weak = await usersWithDefaultPassword(users);
  if (weak.length === 0) return;
  throw new Error(
    `${weak.join(' and ')} still have the password that everybody knows, so the store does not listen on "${options.host}". Give them others at the first start, or sign in on the loopback and change them.`,
  );
}

function tlsMaterial(options: CheckedOptions): TlsMaterial {
  if (options.tls) return readTlsFiles(options.tls);
  const hosts = new Set(['localhost', '127.0.0.1', '::1', ...options.hostNames]);
  return ownTlsFiles(join(options.directory, 'certificates'), [...hosts]);
}

/** An address that clients can connect to, also when the store listens on all. */
function reachableHost({ host, hostNames: [name] }: CheckedOptions): string {
  if (name !== undefined) return name;
  return host === '0.0.0.0' || host === '::' ? 'localhost' : host;
}

function connectionString(host: string, port: number, tls: TlsMaterial | undefined): string {
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const query = tls ? `tlsCAFile=${encodeURIComponent(tls.authorityFile)}` : 'tls=false';
  return `esdb://${authority}?${query}`;
}
