import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, readdir, readlink, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locateBinaries } from './binaries.ts';
import { prepareRuntime } from './runtime.ts';

let base: string;

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'verbatim-runtime-'));
  await chmod(base, 0o755);
});
afterEach(() => rm(base, { recursive: true }));

/** The programs as an install with a strict umask and without install scripts leaves them in a checkout of root's. */
async function closedBinaries() {
  const delivered = await locateBinaries();
  const home = path.join(base, 'closed', 'native');
  await cp(delivered.home, home, { recursive: true, verbatimSymlinks: true });
  for (const name of await readdir(path.join(home, 'lib'))) {
    const file = path.join(home, 'lib', name);
    const isLink = await readlink(file).then(
      () => true,
      () => false,
    );
    if (isLink) await rm(file);
  }
  await chmod(path.join(base, 'closed'), 0o700);
  return { ...delivered, home };
}

describe('the programs of Postgres', () => {
  it('run from a closed checkout whose install scripts were off', async () => {
    const runtime = await prepareRuntime(await closedBinaries(), [path.join(base, 'place')]);

    const { account, home } = runtime;
    const identity = account ? { uid: account.uid, gid: account.gid } : {};
    const { stdout } = await promisify(execFile)(path.join(home, 'bin', 'initdb'), ['--version'], {
      ...identity,
      cwd: '/',
    });
    expect(stdout).toMatch(/^initdb \(PostgreSQL\) 18/);
    // Links that a loader does not ask for are made too.
    expect(await readlink(path.join(home, 'lib', 'libpq.so'))).toMatch(/^libpq\.so\.5/);
  });

  it('are copied once for the account, and only where nobody but root can write', async () => {
    const binaries = await closedBinaries();
    const open = path.join(base, 'open');
    const place = path.join(base, 'place');
    const first = await prepareRuntime(binaries, [open, place]);
    if (!first.account) return; // Not root: the programs run where they are, as the first test shows.
    await rm(first.home, { recursive: true });
    await chmod(open, 0o777);

    const second = await prepareRuntime(binaries, [open, place]);
    const copiedAt = (await stat(second.home)).ctimeMs;
    const third = await prepareRuntime(binaries, [open, place]);

    expect(second.home.startsWith(place)).toBe(true);
    expect(third.home).toBe(second.home);
    expect((await stat(third.home)).ctimeMs).toBe(copiedAt);
  });
});
