import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { environment, readConfiguration } from '@verbatim/shared/configuration';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartFault } from '../start-fault.ts';
import { keepKeys } from './keys.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-keys-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the keys of a data directory', () => {
  it('are made once, fit the configuration, and stay the same', async () => {
    const made = await keepKeys(directory, {});
    const { VERBATIM_SIGNING_KEY, VERBATIM_CHECKPOINT_KEY, VERBATIM_MASTER_KEY } = environment;

    expect(
      readConfiguration({ VERBATIM_SIGNING_KEY, VERBATIM_CHECKPOINT_KEY, VERBATIM_MASTER_KEY }, made),
    ).toMatchObject({ ok: true });
    expect(await keepKeys(directory, {})).toEqual(made);
  });

  it('are for their owner only', async () => {
    await keepKeys(directory, {});
    const folder = path.join(directory, 'keys');

    for (const file of [folder, ...(await readdir(folder)).map((name) => path.join(folder, name))]) {
      expect((await stat(file)).mode & 0o077).toBe(0);
    }
  });

  it('give way to those that are given, which are not kept', async () => {
    const { VERBATIM_MASTER_KEY } = await keepKeys(directory, { VERBATIM_MASTER_KEY: 'given' });

    expect(VERBATIM_MASTER_KEY).toBe('given');
    expect(await readdir(path.join(directory, 'keys'))).not.toContain('master-key');
  });

  it('are never made anew where there are data that the lost ones had sealed', async () => {
    await keepKeys(directory, {});
    await mkdir(path.join(directory, 'events'));
    await rm(path.join(directory, 'keys', 'master-key'));

    await expect(keepKeys(directory, {})).rejects.toThrow(/master-key is missing/);
    await expect(keepKeys(directory, {})).rejects.toBeInstanceOf(StartFault);
  });
});
