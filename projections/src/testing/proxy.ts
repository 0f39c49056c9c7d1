import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What stands between a test's subject and a database, and can get in their way. */
export interface Proxy {
  readonly url: string;
  /** Ends what is connected and lets nobody in. */
  cut(): void;
  /** Passes nothing on any more and closes nothing, like a machine that is gone. */
  silence(): void;
  /** Lets in whoever comes from now on. */
  restore(): void;
  close(): Promise<void>;
}

export async function openProxy(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  const server = createServer((socket) => {
    if (state === 'cut') {
      socket.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on('error', () => each.destroy());
      each.on('close', () => sockets.delete(each));
    }
    if (state === 'open') socket.pipe(upstream).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut: () => {
      state = 'cut';
      endAll();
    },
    silence: () => {
      state = 'silent';
      for (const socket of sockets) socket.unpipe().pause();
    },
    restore: () => {
      state = 'open';
    },
    close: async () => {
      endAll();
      server.close();
      await once(server, 'close');
    },
  };
}
