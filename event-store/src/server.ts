import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { gossipService } from './cluster/gossip-service.ts';
import { serverFeaturesService } from './cluster/server-features-service.ts';
import { statusOf } from './grpc/to-status.ts';
import type { Service } from './grpc/service.ts';
import { EventLog } from './log/event-log.ts';
import { checkOptions, type EventStoreOptions } from './options.ts';
import { reportToStderr } from './report.ts';
import { streamsService } from './streams/streams-service.ts';
import { Front } from './transport/front.ts';

const MAX_RECEIVE_BYTES = 17 * 1024 * 1024;

export interface EventStoreServer {
  /** What `EventStoreDBClient.connectionString` takes. */
  readonly connectionString: string;
  /** The port it listens on, also when the system picked it. */
  readonly port: number;
  /** Ends all calls, writes what was accepted, closes the files. May be called again. */
  stop(): Promise<void>;
}

/** Starts an event store over a directory; resolves when clients can connect. */
export async function startEventStore(given: EventStoreOptions): Promise<EventStoreServer> {
  const options = checkOptions(given);
  const log = EventLog.open(options.directory);
  const toStatus = statusOf(reportToStderr);
  const server = new Server({
    'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
    'grpc.enable_channelz': 0,
  });
  const services: Service[] = [];
  const endpoint = { host: options.host, port: options.port };
  services.push(
    streamsService(log, options, toStatus),
    gossipService(randomUUID(), () => endpoint, toStatus),
    serverFeaturesService(() => services.flatMap(({ methods }) => methods), toStatus),
  );
  for (const service of services) service.addTo(server);

  const http = createHttpServer((_request, response) => response.writeHead(404).end());
  const grpc = server.createConnectionInjector(ServerCredentials.createInsecure());
  const front = new Front({
    onHttp2: (socket) => grpc.injectConnection(socket),
    onHttp1: (socket) => http.emit('connection', socket),
  });
  const { port } = await front.listen(options.host, options.port);
  endpoint.port = port;

  let stopping: Promise<void> | undefined;
  return {
    connectionString: `esdb://${options.host}:${port}?tls=false`,
    port,
    stop: () => {
      stopping ??= (async () => {
        server.forceShutdown();
        await front.close();
        await log.close();
      })();
      return stopping;
    },
  };
}
