import { once, setMaxListeners } from 'node:events';
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { TlsMaterial } from '../security/tls-files.ts';

const HTTP2_PREFACE = 'PRI';
/** A connection that has not said what it wants by then is closed. */
const GREETING_TIMEOUT_MS = 10_000;
/** How long a connection may take to tell its client that its calls are over. */
const LAST_WORDS_MS = 500;

export interface ConnectionHandlers {
  readonly onHttp2: (socket: Socket) => void;
  readonly onHttp1: (socket: Socket) => void;
}

/** Listens on the one port and hands each connection to the protocol that it speaks. */
export class Front {
  readonly #server: NetServer;
  readonly #sockets = new Set<Socket>();
  readonly #http2 = new Set<Socket>();

  constructor({ onHttp1, onHttp2 }: ConnectionHandlers, tls: TlsMaterial | undefined) {
    const handlers = {
      onHttp1,
      onHttp2: (socket: Socket): void => {
        keep(socket, this.#http2);
        onHttp2(socket);
      },
    };
    this.#server = tls ? tlsServer(tls, handlers) : plainServer(handlers);
    this.#server.on('connection', (socket: Socket) => keep(socket, this.#sockets));
  }

  async listen(host: string, port: number): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening on a TCP port');
    return address;
  }

  /** Takes no more connections, lets those that are ending say so to their clients, and cuts what is left. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    await this.#http2Ended();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #http2Ended(): Promise<void> {
    const enough = AbortSignal.timeout(LAST_WORDS_MS);
    setMaxListeners(0, enough);
    const ending = [...this.#http2].map((socket) => once(socket, 'close', { signal: enough }));
    await Promise.allSettled(ending);
  }
}

function keep(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
}

function plainServer(handlers: ConnectionHandlers): NetServer {
  return createServer({ noDelay: true }, (socket) => {
    destroyOnError(socket);
    chooseByFirstBytes(socket, handlers);
  });
}

function tlsServer(
  { certificate, privateKey, authority }: TlsMaterial,
  handlers: ConnectionHandlers,
): NetServer {
  const server = createTlsServer({
    cert: certificate,
    key: privateKey,
    ca: authority,
    minVersion: 'TLSv1.2',
    // In the order of preference: gRPC clients offer h2 alone, whoever offers both wants the paths of HTTP.
    ALPNProtocols: ['http/1.1', 'h2'],
    handshakeTimeout: GREETING_TIMEOUT_MS,
    noDelay: true,
    // A certificate is one way to sign in; passwords are the other.
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('secureConnection', (socket) => {
    destroyOnError(socket);
    if (showsForeignCertificate(socket)) socket.destroy();
    else if (socket.alpnProtocol === 'h2') handlers.onHttp2(socket);
    else handlers.onHttp1(socket);
  });
  return server;
}

function showsForeignCertificate(socket: TLSSocket): boolean {
  return !socket.authorized && Object.keys(socket.getPeerCertificate()).length > 0;
}

/** A connection that breaks ends its calls; there is nobody to tell. */
function destroyOnError(socket: Socket): void {
  socket.on('error', () => socket.destroy());
}

function chooseByFirstBytes(socket: Socket, { onHttp2, onHttp1 }: ConnectionHandlers): void {
  const giveUp = (): void => {
    socket.destroy();
  };
  socket.setTimeout(GREETING_TIMEOUT_MS, giveUp);
  let first = Buffer.alloc(0);
  const onReadable = (): void => {
    const chunk: unknown = socket.read();
    if (!Buffer.isBuffer(chunk)) return;
    first = Buffer.concat([first, chunk]);
    if (first.length < HTTP2_PREFACE.length) return;
    socket.unshift(first);
    socket.off('readable', onReadable);
    socket.setTimeout(0).off('timeout', giveUp);
    if (first.toString('latin1', 0, HTTP2_PREFACE.length) === HTTP2_PREFACE) onHttp2(socket);
    else onHttp1(socket);
  };
  socket.on('readable', onReadable);
}
