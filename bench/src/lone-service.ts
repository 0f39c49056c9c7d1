import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '@verbatim/postgres';

/** One service in a process of its own, as the grown-up topology runs it, from what was built. */
export interface LoneService {
  readonly origin: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const readyWithinMs = 30_000;

/** @throws Error when it is not ready in time. */
export async function startLoneService(
  name: 'command-api' | 'realtime',
  env: Readonly<Record<string, string>>,
): Promise<LoneService> {
  const port = await findFreePort(undefined);
  const program = fileURLToPath(new URL(`../../${name}/dist/main.js`, import.meta.url));
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_OPTIONS: process.env.NODE_OPTIONS,
      LOG_LEVEL: 'warn',
      HOST: '127.0.0.1',
      PORT: String(port),
      VERBATIM_RATE_LIMITS: 'off',
      ...env,
    },
  });
  const origin = `http://127.0.0.1:${port}`;
  await ready(name, origin);
  return { origin, pid: child.pid ?? 0, stop: () => ended(child) };
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function ready(name: string, origin: string): Promise<void> {
  const givesUpAt = performance.now() + readyWithinMs;
  const isReady = (): Promise<boolean> =>
    fetch(`${origin}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (performance.now() > givesUpAt) throw new Error(`the ${name} did not become ready`);
    await delay(50);
  }
}
