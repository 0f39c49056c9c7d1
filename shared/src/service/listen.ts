import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';

export interface ListenOptions {
  readonly host: string;
  /** 0 lets the system pick one. */
  readonly port: number;
  /** How long requests under way may go on after `stop`. */
  readonly drainTimeoutMs?: number;
}

export interface Listening {
  /** The port it listens on, also when the system picked it. */
  readonly port: number;
  /** For upgrades to WebSocket; those sockets are ended by whoever took them. */
  readonly server: Server;
  /** Takes no more requests, lets those under way end within the drain time, then cuts. May be called again. */
  stop(): Promise<void>;
}

const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const keepAliveTimeoutMs = 5_000;
const maxHeaderBytes = 16 * 1024;
/** Beyond Node's 511 the system drops those who come back after a restart, and they try again only after up to 31 s. */
const maxWaitingConnections = 4_096;
const defaultDrainTimeoutMs = 5_000;

/** Rejects when the address cannot be had. */
export async function listen(
  app: RequestListener,
  { host, port, drainTimeoutMs = defaultDrainTimeoutMs }: ListenOptions,
): Promise<Listening> {
  let isDraining = false;
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
    },
    (request, response) => {
      response.on('close', () => {
        if (isDraining) setImmediate(() => server.closeIdleConnections()); // this one is idle only afterwards
      });
      app(request, response);
    },
  );
  server.listen({ port, host, backlog: maxWaitingConnections });
  await once(server, 'listening');

  let stopping: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    isDraining = true;
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    const cut = setTimeout(() => server.closeAllConnections(), drainTimeoutMs);
    await closed;
    clearTimeout(cut);
  };
  return { port: portOf(server), server, stop: () => (stopping ??= drain()) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null)
    throw new Error('the server does not listen on a port');
  return address.port;
}
