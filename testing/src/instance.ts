import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killIfThere } from './kill-if-there.ts';

const startWithinMs = 120_000;
const standalone = fileURLToPath(new URL('../../standalone/dist/main.js', import.meta.url));

/** A whole Verbatim of its own, run from what was built. */
export interface Instance {
  readonly origin: string;
  readonly dataDirectory: string;
  /** The supervisor's process id. */
  readonly pid: number;
  /** As Ctrl-C does; the data directory stays. */
  stop(): Promise<void>;
  /** Ends every process at once, as a power cut would. */
  kill(): Promise<void>;
  /** Stops it, and removes the data directory. */
  remove(): Promise<void>;
}

export interface InstanceOptions {
  /** One that was used before is continued; a new one is made when absent. */
  readonly dataDirectory?: string;
  readonly port?: number;
  /** On top of this process' own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** @throws Error when it is not ready within two minutes. */
export async function startInstance(options: InstanceOptions = {}): Promise<Instance> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'verbatim-instance-')));
  const port = options.port ?? (await freePort());
  const child = spawn(process.execPath, [standalone], {
    env: {
      ...process.env,
      PORT: String(port),
      VERBATIM_DATA_DIR: dataDirectory,
      VERBATIM_RATE_LIMITS: 'off',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the instance could not be started');
  const exited = once(child, 'exit');
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const stop = async (): Promise<void> => {
    if (isRunning()) child.kill('SIGTERM');
    await exited;
  };
  const kill = async (): Promise<void> => {
    for (const each of [pid, ...(await descendantsOf(pid))]) killIfThere(each);
    await exited;
  };
  const remove = async (): Promise<void> => {
    await stop();
    await rm(dataDirectory, { recursive: true, force: true });
  };
  try {
    await ready(child.stdout, exited);
  } catch (error) {
    await remove();
    throw error;
  }
  child.stdout.resume();
  return { origin: `http://localhost:${port}`, dataDirectory, pid, stop, kill, remove };
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

/** Everything that a process started and what that started, whichever process groups they are in. */
async function descendantsOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    const id = Number(entry);
    // A process may end while we look.
    const stat = Number.isInteger(id) ? await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '') : '';
    const [, parent] = /\) \S (\d+) /.exec(stat) ?? [];
    if (parent !== undefined) parents.set(id, Number(parent));
  }
  const found: number[] = [];
  for (let front = [pid]; front.length > 0;) {
    front = [...parents].filter(([, parent]) => front.includes(parent)).map(([id]) => id);
    found.push(...front);
  }
  return found;
}
