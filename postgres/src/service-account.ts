import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PostgresFault } from './postgres-fault.ts';

const run = promisify(execFile);

/** The account that Postgres runs as when we are root; Postgres refuses to be root itself. */
export interface ServiceAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** An account of our own shares no files with a PostgreSQL that the machine may run besides. */
const accountName = 'verbatim-postgres';
/** Debian's account of that name: taken where accounts cannot be made. */
const fallbackName = 'postgres';
const createAttempts = 5;

/** The account to run as, made when it is missing; undefined when we are not root and run as ourselves. */
export async function findServiceAccount(): Promise<ServiceAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const account = (await lookUp(accountName)) ?? (await createAccount()) ?? (await lookUp(fallbackName));
  if (account) return account;
  throw new PostgresFault(
    `PostgreSQL will not run as root, and the system account ${accountName} could not be made: make it with "useradd --system ${accountName}", or start as another user.`,
  );
}

async function createAccount(): Promise<ServiceAccount | undefined> {
  const flags = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'];
  for (let attempt = 0; attempt < createAttempts; attempt += 1) {
    // Fails while another start holds the lock of /etc/passwd, or has just made the account.
    const failure = await run('useradd', [...flags, '--shell', '/usr/sbin/nologin', accountName]).then(
      () => undefined,
      (error: unknown) => error,
    );
    const account = await lookUp(accountName);
    if (account) return account;
    if (isNoSuchProgram(failure)) return undefined;
  }
  return undefined;
}

async function lookUp(name: string): Promise<ServiceAccount | undefined> {
  const entry = await run('getent', ['passwd', name]).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const [, , uid, gid] = entry.trim().split(':').map(Number);
  return uid !== undefined && gid !== undefined && uid > 0 ? { name, uid, gid } : undefined;
}

function isNoSuchProgram(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
