import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

/** A service as it was built, in a process of its own, always at the same port. */
export interface ServiceProcess {
  readonly origin: string;
  readonly port: number;
  /** Resolves when it says that it is ready, or, for one that stands by for another, that it lives. */
  start(until?: 'ready' | 'live'): Promise<void>;
  /** As a crash, and again after a while; several who want that at once wait for each other. */
  crash(awayMs: number, until?: 'ready' | 'live'): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const readyWithinMs = 180_000;
const pollEveryMs = 50;
const maxLogCharacters = 20_000;

export async function serviceProcess(
  name: 'command-api' | 'query-api' | 'projections' | 'realtime',
  environment: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const script = fileURLToPath(new URL(`../../../${name}/dist/main.js`, import.meta.url));
  let child: ChildProcess | undefined;
  let log = '';

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.kill(signal);
    await ended;
  };
  const start = async (until: 'ready' | 'live' = 'ready'): Promise<void> => {
    const starting = spawn(process.execPath, ['--enable-source-maps', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        LOG_LEVEL: 'warn',
        ...environment,
        HOST: '127.0.0.1',
        PORT: `${port}`,
      },
    });
    const keep = (piece: Buffer): void => {
      log = (log + piece.toString()).slice(-maxLogCharacters);
    };
    starting.stdout.on('data', keep);
    starting.stderr.on('data', keep);
    child = starting;
    const startMs = Date.now();
    while (!(await says(origin, until))) {
      if (starting.exitCode !== null) throw new Error(`${name} ended with ${starting.exitCode}:\n${log}`);
      if (Date.now() - startMs > readyWithinMs) throw new Error(`${name} was not ${until} in time:\n${log}`);
      await wait(pollEveryMs);
    }
  };
  let crashing = Promise.resolve();
  return {
    origin,
    port,
    start,
    crash: (awayMs, until) => {
      crashing = crashing.then(async () => {
        await end('SIGKILL');
        await wait(awayMs);
        await start(until);
      });
      return crashing;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

async function says(origin: string, state: 'ready' | 'live'): Promise<boolean> {
  try {
    return (await fetch(`${origin}/health/${state}`)).ok;
  } catch {
    return false; // it does not listen yet
  }
}
