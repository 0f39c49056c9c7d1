import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether the `nats-server` program (Debian: `apt-get install nats-server`) is there; tests that need it ask. */
export const hasNatsServer = (): boolean => spawnSync('nats-server', ['--version']).status === 0;

export interface NatsServer {
  readonly url: string;
  /** As a crash: nothing is said to anybody. */
  kill(): Promise<void>;
  /** Again at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A NATS server of the test's own, on a port of its own. */
export async function startNatsServer(): Promise<NatsServer> {
  const port = await freePort();
  let server = await launch(port);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL');
      server = await launch(port);
    },
    stop: () => end('SIGTERM'),
  };
}

async function launch(port: number): Promise<ChildProcess> {
  const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', `${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (piece: Buffer) => {
      log += piece.toString();
      if (log.includes('Server is ready')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`nats-server ended before it was ready:\n${log}`)));
  });
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return address.port;
}
