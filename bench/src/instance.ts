import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const startWithinMs = 120_000;
const standalone = fileURLToPath(new URL('../../standalone/dist/main.js', import.meta.url));

/** A whole Verbatim of its own, on a fresh data directory that goes when it is stopped. */
export interface Instance {
  readonly origin: string;
  readonly dataDirectory: string;
  /** The supervisor's process id. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** @throws Error when it is not ready within two minutes. */
export async function startInstance(): Promise<Instance> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'verbatim-bench-'));
  const port = await freePort();
  const child = spawn(process.execPath, [standalone], {
    env: {
      ...process.env,
      PORT: String(port),
      VERBATIM_DATA_DIR: dataDirectory,
      VERBATIM_RATE_LIMITS: 'off',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the instance could not be started');
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await exited;
    }
    await rm(dataDirectory, { recursive: true, force: true });
  };
  try {
    await ready(child.stdout, exited);
  } catch (error) {
    await stop();
    throw error;
  }
  child.stdout.resume();
  return { origin: `http://localhost:${port}`, dataDirectory, pid, stop };
}

async function ready(output: NodeJS.ReadableStream, exited: Promise<unknown>): Promise<void> {
  const lines = createInterface({ input: output });
  const isReady = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line.startsWith('Verbatim is ready at')) resolve();
    });
  });
  const timeout = AbortSignal.timeout(startWithinMs);
  const tooLate = once(timeout, 'abort').then(() => 'it was not ready in time');
  const died = exited.then(() => 'it ended before it was ready');
  const failure = await Promise.race([isReady, tooLate, died]);
  lines.close();
  if (typeof failure === 'string') throw new Error(`the instance did not start: ${failure}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
