import type { ChildProcess } from 'node:child_process';
import { mkdir, realpath } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { locateBinaries } from './binaries.ts';
import { type Cluster, openCluster, roleName } from './cluster.ts';
import { writeConnection } from './connection-file.ts';
import { findFreePort } from './free-port.ts';
import { settleLeftOver } from './left-over.ts';
import { PostgresFault } from './postgres-fault.ts';
import { type Runtime, runProgram } from './program.ts';
import { prepareRuntime } from './runtime.ts';
import { settingsFor } from './settings.ts';
import { readerName, readerPasswordFor } from './reader.ts';
import { createDatabaseIfMissing, createReaderIfMissing, waitUntilReady } from './readiness.ts';

export interface PostgresOptions {
  /** Keeps everything of the server: cluster, password, port. Made when missing. */
  readonly directory: string;
  /** False only for data that is thrown away: what is committed may then be lost with the machine. */
  readonly isDurable?: boolean;
  /** Insists on a port, as a restart must; otherwise the last one is taken if it is still free. */
  readonly port?: number;
  /** Gives up a start that is still under way. */
  readonly signal?: AbortSignal;
  /** Receives Postgres' own log, line by line. */
  readonly onLog?: (line: string) => void;
}

export interface PostgresExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface PostgresServer {
  readonly port: number;
  /** The postmaster's process. */
  readonly pid: number;
  /** Connection string of the database `verbatim`, with all rights. */
  readonly url: string;
  /** The same for whoever only asks: a role that cannot write. */
  readonly readerUrl: string;
  urlOf(database: string): string;
  readerUrlOf(database: string): string;
  /** Settles when the server ends, by `stop` or by itself. */
  readonly exited: Promise<PostgresExit>;
  /** Ends running transactions and shuts down; resolves when no process is left, at the latest after `stopWithinMs`. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would: nothing committed is lost, and the next start recovers. */
  kill(): void;
}

const databaseName = 'verbatim';
const fastShutdownWithinMs = 2_500;
const immediateShutdownWithinMs = 500;
/** The upper bound of `stop`, which resorts to harsher signals on its way. */
export const stopWithinMs = fastShutdownWithinMs + immediateShutdownWithinMs;
const portAttempts = 3;
const keptLogLines = 20;

/** Starts the embedded Postgres on loopback; resolves when it takes queries. Faults are `PostgresFault`. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const isDurable = options.isDurable ?? true;
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const directory = await realpath(options.directory);
  const binaries = await locateBinaries();
  const runtime = await prepareRuntime(binaries);
  const cluster = await openCluster({ runtime, directory, majorVersion: binaries.majorVersion, isDurable });
  await settleLeftOver(cluster.directory);
  options.signal?.throwIfAborted();

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await findFreePort(cluster.connection.port));
    try {
      const server = await launch({ runtime, cluster, port, isDurable, options });
      if (port !== cluster.connection.port) await writeConnection(directory, { ...cluster.connection, port });
      return server;
    } catch (error) {
      const isTaken = options.port === undefined && (await findFreePort(port)) !== port;
      if (!isTaken || attempt === portAttempts) throw error;
    }
  }
}

interface LaunchOptions {
  readonly runtime: Runtime;
  readonly cluster: Cluster;
  readonly port: number;
  readonly isDurable: boolean;
  readonly options: PostgresOptions;
}

async function launch({
  runtime,
  cluster,
  port,
  isDurable,
  options,
}: LaunchOptions): Promise<PostgresServer> {
  const child = runProgram(runtime, {
    program: 'postgres',
    paths: [cluster.directory],
    argumentsFor: ([data = '']) => ['-D', data, ...settingsFor({ port, isDurable })],
    deathSignal: 'INT',
  });
  const lastLines = followLog(child, options.onLog);
  const exited = exitOf(child);
  const urlOf = (database: string) =>
    `postgres://${roleName}:${cluster.connection.password}@127.0.0.1:${port}/${database}`;
  const readerPassword = readerPasswordFor(cluster.connection.password);
  const readerUrlOf = (database: string) =>
    `postgres://${readerName}:${readerPassword}@127.0.0.1:${port}/${database}`;
  const giveUp = () => void child.kill('SIGINT');
  options.signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await waitUntilReady(urlOf('postgres'), exited);
    await createDatabaseIfMissing(urlOf('postgres'), databaseName);
    await createReaderIfMissing(urlOf('postgres'), readerName, readerPassword);
  } catch (cause) {
    await endProcess(child, exited);
    if (cause instanceof PostgresFault) throw cause;
    throw new PostgresFault(`PostgreSQL did not start: ${lastLines().join(' | ')}`, { cause });
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
  return {
    port,
    pid: child.pid ?? 0,
    url: urlOf(databaseName),
    readerUrl: readerUrlOf(databaseName),
    urlOf,
    readerUrlOf,
    exited,
    stop: () => endProcess(child, exited),
    kill: () => void child.kill('SIGQUIT'),
  };
}

function followLog(
  child: ChildProcess,
  onLog: ((line: string) => void) | undefined,
): () => readonly string[] {
  const kept: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      kept.push(line);
      if (kept.length > keptLogLines) kept.shift();
      onLog?.(line);
    });
  }
  return () => kept;
}

function exitOf(child: ChildProcess): Promise<PostgresExit> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    // Without a process there is no `close`: the program could not be run at all.
    child.once('error', () => resolve({ code: null, signal: null }));
  });
}

async function endProcess(child: ChildProcess, exited: Promise<PostgresExit>): Promise<void> {
  child.kill('SIGINT');
  if (await settlesWithin(exited, fastShutdownWithinMs)) return;
  child.kill('SIGQUIT');
  if (await settlesWithin(exited, immediateShutdownWithinMs)) return;
  child.kill('SIGKILL');
  await exited;
}

async function settlesWithin(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(withinMs, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    timer.abort();
  }
}
