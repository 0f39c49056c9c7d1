import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { addAcceptors } from './acceptors.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 lets the system pick one. */
  readonly port: number;
  /** How long requests under way may go on after `stop`. */
  readonly drainTimeoutMs?: number;
  /** For WebSockets, which are ended by whoever took them. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** For servers to which very many may come back at once; the others take one connection a turn. */
  readonly acceptors?: number;
}

export interface Listening {
  /** The port it listens on, also when the system picked it. */
  readonly port: number;
  readonly server: Server;
  /** Takes no more requests, lets those under way end within the drain time, then cuts. May be called again. */
  stop(): Promise<void>;
}

const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** Longer than proxies and clients keep theirs: whoever closes first must not be the one who is being asked. */
const keepAliveTimeoutMs = 75_000;
const maxHeaderBytes = 16 * 1024;
/** Beyond Node's 511 the system drops those who come back after a restart, and they try again only after up to 31 s. */
const maxWaitingConnections = 4_096;
const defaultDrainTimeoutMs = 5_000;

/** Rejects when the address cannot be had. */
export async function listen(
  app: RequestListener,
  { host, port, drainTimeoutMs = defaultDrainTimeoutMs, acceptors = 1, onUpgrade }: ListenOptions,
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
  if (onUpgrade !== undefined) server.on('upgrade', onUpgrade);
  server.listen({ port, host, backlog: maxWaitingConnections });
  await once(server, 'listening');
  const more = acceptors > 1 ? await addAcceptors(server, acceptors - 1, maxWaitingConnections) : undefined;

  let stopping: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    isDraining = true;
    const closed = Promise.all([once(server, 'close'), more?.close()]);
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
