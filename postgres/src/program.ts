import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { ServiceAccount } from './service-account.ts';

/** How the programs of Postgres are run here. */
export interface Runtime {
  /** Holds `bin`, `lib` and `share`, and can be entered by the account. */
  readonly home: string;
  readonly account: ServiceAccount | undefined;
  /** util-linux' `setpriv`: gives up rights, and ties a program's life to ours. */
  readonly hasSetpriv: boolean;
}

export interface Invocation {
  readonly program: 'initdb' | 'postgres';
  /** A file or folder whose place among the arguments `argumentsFor` fills with the path that the program sees. */
  readonly paths: readonly string[];
  readonly argumentsFor: (seen: readonly string[]) => readonly string[];
  /** Sent to the program by the kernel should this process die without stopping it. */
  readonly deathSignal: 'INT' | 'KILL';
}

const firstDescriptor = 3;

export async function findSetpriv(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  return access('/usr/bin/setpriv').then(
    () => true,
    () => false,
  );
}

/**
 * Starts a Postgres program, as the account when there is one.
 *
 * The account may not enter a folder such as /root, where the data may well lie. Rather than opening such
 * folders to others, each path is opened here and handed down as a descriptor: the kernel lets the program
 * in through /proc/self/fd/N by the rights of the folder itself, whatever its parents forbid.
 */
export function runProgram(
  runtime: Runtime,
  { program, paths, argumentsFor, deathSignal }: Invocation,
): ChildProcess {
  const binary = path.join(runtime.home, 'bin', program);
  const byDescriptor = runtime.account !== undefined && process.platform === 'linux';
  const descriptors = byDescriptor ? paths.map((each) => openSync(each, 'r')) : [];
  const seen = byDescriptor
    ? descriptors.map((_, index) => `/proc/self/fd/${firstDescriptor + index}`)
    : paths;
  const [command, args] = withPrivileges(runtime, deathSignal, [binary, ...argumentsFor(seen)]);
  try {
    return spawn(command, args, {
      cwd: '/',
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
      // A session of its own, so that Ctrl-C in the terminal reaches us alone and we choose the order of stopping.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...descriptors],
      ...(runtime.account && !runtime.hasSetpriv
        ? { uid: runtime.account.uid, gid: runtime.account.gid }
        : {}),
    });
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

function withPrivileges(
  { account, hasSetpriv }: Runtime,
  deathSignal: string,
  command: readonly [string, ...string[]],
): [string, string[]] {
  const [program, ...args] = command;
  if (!hasSetpriv) return [program, args];
  const identity = account ? [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'] : [];
  return [
    '/usr/bin/setpriv',
    [...identity, '--no-new-privs', `--pdeathsig=${deathSignal}`, '--', ...command],
  ];
}
