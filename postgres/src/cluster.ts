import { once } from 'node:events';
import { lchown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Connection, newConnection, readConnection, writeConnection } from './connection-file.ts';
import { PostgresFault } from './postgres-fault.ts';
import { type Runtime, runProgram } from './program.ts';
import type { ServiceAccount } from './service-account.ts';

/** The role that owns everything in the embedded cluster. */
export const roleName = 'verbatim';

export interface Cluster {
  /** Postgres' own data directory. */
  readonly directory: string;
  readonly connection: Connection;
}

interface ClusterOptions {
  readonly runtime: Runtime;
  readonly directory: string;
  readonly majorVersion: number;
  readonly isDurable: boolean;
}

/** Finds the cluster in a folder, or makes it; one of another major version is refused. */
export async function openCluster({
  runtime,
  directory,
  majorVersion,
  isDurable,
}: ClusterOptions): Promise<Cluster> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const cluster = path.join(directory, 'cluster');
  const found = await readVersion(cluster);
  const known = await readConnection(directory);

  if (found === undefined) {
    const connection = known ?? newConnection();
    // Written first: a cluster whose password nobody knows would be lost.
    await writeConnection(directory, connection);
    await createCluster({ runtime, directory, cluster, password: connection.password, isDurable });
    return { directory: cluster, connection };
  }
  if (found !== majorVersion) {
    throw new PostgresFault(
      `The database in ${cluster} was made by PostgreSQL ${found}, and this release brings PostgreSQL ${majorVersion}: take a backup with the release that made it and restore that here.`,
    );
  }
  if (!known) {
    throw new PostgresFault(
      `${path.join(directory, 'connection.json')} is missing: restore it from a copy, it holds the password of the database.`,
    );
  }
  await giveTo(cluster, runtime.account);
  return { directory: cluster, connection: known };
}

async function readVersion(cluster: string): Promise<number | undefined> {
  const text = await readFile(path.join(cluster, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

interface CreateOptions {
  readonly runtime: Runtime;
  readonly directory: string;
  readonly cluster: string;
  readonly password: string;
  readonly isDurable: boolean;
}

/** Built beside its place and renamed when whole, so that a start cut short leaves no half of a cluster. */
async function createCluster({
  runtime,
  directory,
  cluster,
  password,
  isDurable,
}: CreateOptions): Promise<void> {
  const fresh = path.join(directory, 'cluster.new');
  const passwordFile = path.join(directory, 'initdb-password');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await giveTo(fresh, runtime.account);
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    await giveTo(passwordFile, runtime.account);
    await initialize(runtime, fresh, passwordFile, isDurable);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, cluster);
}

async function initialize(
  runtime: Runtime,
  fresh: string,
  passwordFile: string,
  isDurable: boolean,
): Promise<void> {
  const initdb = runProgram(runtime, {
    program: 'initdb',
    paths: [fresh, passwordFile],
    argumentsFor: ([data = '', secret = '']) => [
      `--pgdata=${data}`,
      `--pwfile=${secret}`,
      `--username=${roleName}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--data-checksums',
      ...(isDurable ? [] : ['--no-sync']),
    ],
    deathSignal: 'KILL',
  });
  let said = '';
  initdb.stdout?.resume();
  initdb.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(initdb, 'close')) as [number | null];
  if (code !== 0) throw new PostgresFault(`The database in ${fresh} could not be made: ${said.trim()}`);
}

/** As root: makes the account the owner, also of a cluster that came from another machine with other numbers. */
async function giveTo(file: string, account: ServiceAccount | undefined): Promise<void> {
  if (!account) return;
  const found = await stat(file);
  if (found.uid === account.uid && found.gid === account.gid) return;
  if (found.isDirectory()) {
    for (const entry of await readdir(file, { withFileTypes: true, recursive: true })) {
      await lchown(path.join(entry.parentPath, entry.name), account.uid, account.gid);
    }
  }
  // Last, so that an interrupted change of owner is taken up again by the next start.
  await lchown(file, account.uid, account.gid);
}
