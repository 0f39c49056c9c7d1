import { once } from 'node:events';
import { createServer } from 'node:net';
import { StartFault } from './start-fault.ts';

const wildcards = new Set(['0.0.0.0', '::']);

/** What a person on this machine types into a browser. */
export function originOf(host: string, port: number): string {
  const isLocal = wildcards.has(host) || host === '127.0.0.1' || host === '::1';
  return `http://${isLocal ? 'localhost' : bracketed(host)}:${port}`;
}

/** Where we ourselves reach what listens on `host`. */
export function addressOf(host: string, port: number): string {
  return `http://${wildcards.has(host) ? '127.0.0.1' : bracketed(host)}:${port}`;
}

/** Told before anything is started, rather than by a part that ends again and again. */
export async function refusePortInUse(host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new StartFault(`Cannot listen on ${host} port ${port} (${reasonOf(cause)}): set PORT or HOST.`, {
      cause,
    });
  }
  server.close();
  await once(server, 'close');
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error) || !('code' in cause)) return String(cause);
  return cause.code === 'EADDRINUSE' ? 'another program listens there' : String(cause.code);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
