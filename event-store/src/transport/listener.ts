import type { Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Service } from '../grpc/service.ts';
import { httpServer, type Route } from '../http/http-server.ts';
import type { CheckedOptions } from '../options.ts';
import type { Report } from '../report.ts';
import type { Authentication } from '../security/authentication.ts';
import type { TlsMaterial } from '../security/tls-files.ts';
import { Front } from './front.ts';

const MAX_RECEIVE_BYTES = 17 * 1024 * 1024;
/** Subscribers that have vanished without a word are noticed by these pings. */
const KEEPALIVE_MS = 20_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

interface ListenerSettings {
  readonly options: CheckedOptions;
  readonly services: readonly Service[];
  readonly routes: readonly Route[];
  readonly authentication: Authentication;
  readonly tls: TlsMaterial | undefined;
  readonly report: Report;
}

export interface Listener {
  readonly port: number;
  /** Ends all calls and closes the port. */
  close(): Promise<void>;
}

/** Opens the one port and serves gRPC and HTTP/1.1 on it. */
export async function listen(settings: ListenerSettings): Promise<Listener> {
  const { options, services, routes, authentication, tls, report } = settings;
  const grpc = new Server({
    'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.enable_channelz': 0,
  });
  for (const service of services) service.addTo(grpc);
  const http2 = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const http1 = httpServer(routes, authentication, report);
  const handlers = {
    onHttp2: (socket: Socket) => http2.injectConnection(socket),
    onHttp1: (socket: Socket) => http1.emit('connection', socket),
  };
  const front = new Front(handlers, tls);
  const { port } = await front.listen(options.host, options.port);
  return {
    port,
    close: async () => {
      grpc.forceShutdown();
      await front.close();
    },
  };
}
