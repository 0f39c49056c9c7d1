import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

/** A service as it was built, in a process of its own, always at the same port. */
export interface ServiceProcess {
  readonly origin: string;
  readonly port: number;
  /** Resolves when it says that it is ready. */
  start(): Promise<void>;
  /** As a crash. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const readyWithinMs = 60_000;
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
  return {
    origin,
    port,
    start: async () => {
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
      while (!(await isReady(origin))) {
        if (starting.exitCode !== null) throw new Error(`${name} ended with ${starting.exitCode}:\n${log}`);
        if (Date.now() - startMs > readyWithinMs) throw new Error(`${name} did not become ready:\n${log}`);
        await wait(pollEveryMs);
      }
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

async function isReady(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/health/ready`)).ok;
  } catch {
    return false; // it does not listen yet
  }
}
