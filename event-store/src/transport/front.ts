import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

const HTTP2_PREFACE = 'PRI';
/** A connection that says nothing for so long is closed. */
const FIRST_BYTES_TIMEOUT_MS = 10_000;

export interface ConnectionHandlers {
  readonly onHttp2: (socket: Socket) => void;
  readonly onHttp1: (socket: Socket) => void;
}

/** Listens on the one port and hands each connection to the protocol that its first bytes speak. */
export class Front {
  readonly #server: NetServer;
  readonly #sockets = new Set<Socket>();

  constructor(handlers: ConnectionHandlers) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#keep(socket);
      chooseByFirstBytes(socket, handlers);
    });
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

  /** Takes no more connections and cuts those that are left. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A connection that breaks ends its calls; there is nobody to tell.
    socket.on('error', () => socket.destroy());
  }
}

function chooseByFirstBytes(socket: Socket, { onHttp2, onHttp1 }: ConnectionHandlers): void {
  const giveUp = (): void => {
    socket.destroy();
  };
  socket.setTimeout(FIRST_BYTES_TIMEOUT_MS, giveUp);
  const onReadable = (): void => {
    const first: unknown = socket.read();
    if (!Buffer.isBuffer(first)) return;
    if (first.length < HTTP2_PREFACE.length) {
      socket.unshift(first);
      return;
    }
    socket.off('readable', onReadable);
    socket.setTimeout(0).off('timeout', giveUp);
    socket.unshift(first);
    if (first.toString('latin1', 0, HTTP2_PREFACE.length) === HTTP2_PREFACE) onHttp2(socket);
    else onHttp1(socket);
  };
  socket.on('readable', onReadable);
}
