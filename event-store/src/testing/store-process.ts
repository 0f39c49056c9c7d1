import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { EventStoreDBClient } from '@eventstore/db-client';
import { eventually } from './eventually.ts';

const program = fileURLToPath(new URL('../../bin/verbatim-event-store.mjs', import.meta.url));

/** The store as a process of its own, run from what was built, so that it can be killed and its disk can fail. */
export interface StoreProcess {
  readonly pid: number;
  readonly client: EventStoreDBClient;
  readonly connectionString: string;
  /** What it has said on standard error. */
  readonly complaints: () => string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

interface Launch {
  readonly directory: string;
  /** What to run it under, such as strace with its options. */
  readonly under?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export async function launchStore(launch: Launch): Promise<StoreProcess> {
  const { child, complaints, exited } = run(launch, [
    '--data',
    launch.directory,
    '--port',
    '0',
    '--insecure',
  ]);
  let output = '';
  let hasExited = false;
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  void exited.then(() => (hasExited = true));
  await eventually('the store is ready', () => hasExited || output.includes('ready on'), 30_000);
  onTestFinished(() => void child.kill('SIGKILL'));
  const connectionString = /esdb:\S+/.exec(output)?.[0];
  if (connectionString === undefined) throw new Error(`the store did not start: ${complaints()}`);
  const client = EventStoreDBClient.connectionString(connectionString);
  onTestFinished(() => client.dispose());
  return {
    pid: child.pid ?? 0,
    client,
    connectionString,
    complaints,
    exited,
    kill: async (signal) => {
      child.kill(signal);
      await exited;
    },
  };
}

/** Runs one of the program's commands to its end. */
export async function runCommand(
  args: readonly string[],
): Promise<{ code: number; output: string; complaints: string }> {
  const { child, complaints, exited } = run({ directory: '' }, args);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await exited;
  return { code: typeof code === 'number' ? code : -1, output, complaints: complaints() };
}

function run({ under = [], environment = {} }: Launch, args: readonly string[]) {
  const [command = process.execPath, ...rest] = [...under, process.execPath, program, ...args];
  const child: ChildProcess = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exited = once(child, 'close').then(() => child.exitCode ?? child.signalCode ?? -1);
  return { child, complaints: () => errors, exited };
}

/** Tells of a missing tool aloud instead of letting its tests pass unseen. */
export function isInstalled(tool: string, debianPackage: string): boolean {
  const isThere = spawnSync(tool, ['--version']).error === undefined;
  if (!isThere) {
    process.stderr.write(
      `NOT TESTED: ${tool} is missing (Debian package "${debianPackage}"), its fault tests are left out\n`,
    );
  }
  return isThere;
}
