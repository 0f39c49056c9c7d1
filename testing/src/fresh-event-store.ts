import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startEventStore } from 'verbatim-event-store';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Files of a run go here; the folder is removed with the run. */
    runDirectory: string;
  }
}

export interface FreshEventStore {
  /** Stays the same when it is stopped and started again. */
  readonly connectionString: string;
  readonly directory: string;
  stop(): Promise<void>;
  /** After `stop` or `kill`: the same events on the same port. */
  start(): Promise<void>;
}

/** An empty event store inside the test's own process. Only for `*.int.test.ts`. */
export async function freshEventStore(): Promise<FreshEventStore> {
  const directory = await newDirectory();
  let server = await startEventStore({ directory, port: 0, insecure: true });
  const { connectionString, port } = server;
  return {
    connectionString,
    directory,
    stop: () => server.stop(),
    start: async () => {
      server = await startEventStore({ directory, port, insecure: true });
    },
  };
}

export interface EventStoreProcess extends FreshEventStore {
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Its process, for those who stop and continue it. */
  pid(): number;
}

/** An empty event store as a process of its own, run from what was built, so that it can be killed. */
export async function freshEventStoreProcess(): Promise<EventStoreProcess> {
  const directory = await newDirectory();
  let running = await launch(directory, 0);
  const { connectionString } = running;
  const port = Number(/:(?<port>\d+)\?/.exec(connectionString)?.groups?.port);
  return {
    connectionString,
    directory,
    pid: () => running.child.pid ?? 0,
    stop: () => end(running.child, 'SIGTERM'),
    kill: () => end(running.child, 'SIGKILL'),
    start: async () => {
      running = await launch(directory, port);
    },
  };
}

async function newDirectory(): Promise<string> {
  return mkdtemp(path.join(inject('runDirectory'), 'events-'));
}

const program = fileURLToPath(new URL('../../event-store/bin/verbatim-event-store.mjs', import.meta.url));

async function launch(
  directory: string,
  port: number,
): Promise<{ child: ChildProcess; connectionString: string }> {
  const args = [program, '--data', directory, '--port', String(port), '--insecure'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const [connectionString] = /esdb:\S+/.exec(line) ?? [];
    if (connectionString !== undefined) return { child, connectionString };
  }
  throw new Error(`the event store in ${directory} did not start`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}
