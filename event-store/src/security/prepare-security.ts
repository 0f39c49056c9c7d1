import { join } from 'node:path';
import type { EventLog } from '../log/event-log.ts';
import { isLoopback, type CheckedOptions } from '../options.ts';
import { reachableHost } from '../transport/addresses.ts';
import { AccessByLists, OPEN_ACCESS, type Access } from './access.ts';
import { NO_AUTHENTICATION, PasswordAuthentication, type Authentication } from './authentication.ts';
import { makeFirstUsers, setInitialPasswords, usersWithDefaultPassword } from './first-users.ts';
import { ownTlsFiles, readTlsFiles, type TlsMaterial } from './tls-files.ts';
import { Users } from './users.ts';

export interface Security {
  readonly users: Users;
  readonly access: Access;
  readonly authentication: Authentication;
  /** Absent when insecure. */
  readonly tls: TlsMaterial | undefined;
}

/** Makes what a start needs of users, passwords and certificates, or says why it may not go on. */
export async function prepareSecurity(log: EventLog, options: CheckedOptions): Promise<Security> {
  const users = new Users(log);
  await makeFirstUsers(log, users);
  if (options.insecure) {
    return { users, access: OPEN_ACCESS, authentication: NO_AUTHENTICATION, tls: undefined };
  }
  await setInitialPasswords(users, options);
  if (!isLoopback(options.host)) await refuseWellKnownPasswords(users, options.host);
  return {
    users,
    access: new AccessByLists(log),
    authentication: new PasswordAuthentication(users),
    tls: tlsMaterial(options),
  };
}

async function refuseWellKnownPasswords(users: Users, host: string): Promise<void> {
  const logins = await usersWithDefaultPassword(users);
  if (logins.length === 0) return;
  throw new Error(
    `The store does not listen on "${host}" while these users have the password that everybody knows: ${logins.join(', ')}. Give other passwords at the first start, or change them over the loopback.`,
  );
}

/** Where a store keeps its own authority and certificate. */
export function certificatesOf(directory: string): string {
  return join(directory, 'certificates');
}

function tlsMaterial(options: CheckedOptions): TlsMaterial {
  if (options.tls) return readTlsFiles(options.tls);
  const hosts = new Set(['localhost', '127.0.0.1', '::1', reachableHost(options), ...options.hostNames]);
  return ownTlsFiles(certificatesOf(options.directory), [...hosts]);
}
