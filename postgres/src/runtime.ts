import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Binaries, mendLibraryLinks } from './binaries.ts';
import { PostgresFault } from './postgres-fault.ts';
import { findSetpriv, type Runtime } from './program.ts';
import { findServiceAccount, type ServiceAccount } from './service-account.ts';

const run = promisify(execFile);

/** Where programs that root shares with the account are kept, in order of preference. */
const reachablePlaces = ['/var/lib/verbatim', path.join(os.tmpdir(), 'verbatim')];

/** Finds out how to run Postgres on this machine, and copies its programs when the account cannot reach them. */
export async function prepareRuntime(
  binaries: Binaries,
  places: readonly string[] = reachablePlaces,
): Promise<Runtime> {
  const account = await findServiceAccount();
  const hasSetpriv = await findSetpriv();
  if (!account || (await canRun(binaries.home, account))) {
    await mendLibraryLinks(binaries.home);
    return { home: binaries.home, account, hasSetpriv };
  }
  return { home: await copyToReachablePlace(binaries, account, places), account, hasSetpriv };
}

/**
 * A checkout under /root is closed to the account. Programs, unlike data, cannot be handed down as
 * descriptors (Postgres looks for its libraries by its real path), so root keeps one copy per release
 * where system programs keep such things.
 */
async function copyToReachablePlace(
  binaries: Binaries,
  account: ServiceAccount,
  places: readonly string[],
): Promise<string> {
  const failures: unknown[] = [];
  for (const place of places) {
    const home = path.join(place, `postgres-${binaries.packageVersion}-${process.arch}`);
    if ((await isRootsAlone(place)) && (await canRun(home, account))) return home;
    try {
      await mkdir(place, { recursive: true, mode: 0o755 });
      if (!(await isRootsAlone(place))) throw new Error(`others may write to ${place}`);
      await chmod(place, 0o755);
      await copyPrograms(binaries.home, home);
    } catch (error) {
      failures.push(error); // A read-only place, or another start was faster: what is there now decides.
    }
    if ((await isRootsAlone(place)) && (await canRun(home, account))) return home;
  }
  throw new PostgresFault(
    `The account ${account.name} can reach neither PostgreSQL's programs in ${binaries.home} nor a copy in ${places.join(' or ')}: make one of them readable, or set DATABASE_URL.`,
    { cause: new AggregateError(failures) },
  );
}

async function copyPrograms(from: string, home: string): Promise<void> {
  const fresh = await mkdtemp(`${home}.`);
  try {
    await cp(from, fresh, {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      verbatimSymlinks: true,
      filter: (file) => !file.endsWith('.a'),
    });
    await openToAll(fresh);
    await mendLibraryLinks(fresh);
    await rm(home, { recursive: true, force: true });
    await rename(fresh, home);
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true });
    throw cause;
  }
}

/** The checkout may have been made with a umask that keeps others out. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const isProgram = path.basename(entry.parentPath) === 'bin';
    await chmod(file, entry.isDirectory() || isProgram ? 0o755 : 0o644);
  }
}

/** Nobody but root may have put programs there that root is about to run. */
async function isRootsAlone(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0;
}

async function canRun(home: string, account: ServiceAccount): Promise<boolean> {
  const everyPart =
    'test -x "$1/bin/postgres" && test -x "$1/lib" && test -r "$1/share/postgresql/postgres.bki"';
  return run('/bin/sh', ['-c', everyPart, 'sh', home], { uid: account.uid, gid: account.gid, cwd: '/' }).then(
    () => true,
    () => false,
  );
}
