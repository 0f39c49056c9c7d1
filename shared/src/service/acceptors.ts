import { fork, type SendHandle } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer, type Server as NetServer } from 'node:net';
import type { Server } from 'node:http';

/** Takes connections of another server's socket and gives them to that server. */
export interface Acceptors {
  close(): Promise<void>;
}

const handedBackWithinMs = 10_000;
const program = createRequire(import.meta.url).resolve('@verbatim/shared/hand-back');

/**
 * Lets a server take more connections at once. libuv (since 1.45) accepts one connection of a socket in each turn of the
 * event loop: when everybody comes back after a restart, turns take some 20 ms and so only 50 a second got in. Each
 * descriptor of the same socket is asked for one of its own in each turn. Nothing but another process can copy a
 * descriptor for us.
 * @param count how many more to ask
 */
export async function addAcceptors(server: Server, count: number, backlog: number): Promise<Acceptors> {
  const child = fork(program, { execArgv: [], stdio: 'ignore', env: {} });
  const ended = once(child, 'exit');
  const acceptors: NetServer[] = [];
  child.on('message', (_message, handle) => {
    const acceptor = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      server.emit('connection', socket),
    );
    acceptors.push(acceptor.listen(handle, backlog));
  });
  const late = setTimeout(() => child.kill('SIGKILL'), handedBackWithinMs);
  const faults: string[] = [];
  const keep = (error: unknown): void => {
    if (error instanceof Error) faults.push(error.message);
  };
  child.send({ copies: count }, handleOf(server), { keepOpen: true }, keep);
  await ended.catch(keep);
  clearTimeout(late);
  // Fewer are slower in a rush, and no reason not to serve.
  if (acceptors.length < count)
    process.emitWarning(
      `of ${count} copies of the listening socket ${acceptors.length} could be made: ${faults.join(', ')}`,
    );
  return {
    close: async () => {
      await Promise.all(acceptors.map((acceptor) => new Promise((closed) => acceptor.close(closed))));
    },
  };
}

/** The socket itself: as a `net.Server` the other process would listen on it too, and lose what it accepts. */
function handleOf(server: Server): SendHandle {
  return (server as unknown as { readonly _handle: SendHandle })._handle;
}
