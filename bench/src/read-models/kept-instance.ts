import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startInstance, type Instance } from '@verbatim/testing/instance';

/**
 * An instance whose data are kept for the next measurement: making them takes longer than measuring.
 * @param kept where; a folder of the system's for what is temporary unless given.
 */
export async function startKept(
  name: string,
  kept: string | undefined,
  fill: (instance: Instance) => Promise<void>,
): Promise<Instance> {
  const folder = path.join(kept ?? path.join(os.tmpdir(), 'verbatim-bench'), name);
  const dataDirectory = path.join(folder, 'data');
  const filled = path.join(folder, 'filled');
  if (existsSync(filled)) return startInstance({ dataDirectory });
  await rm(folder, { recursive: true, force: true });
  await mkdir(dataDirectory, { recursive: true });
  console.log(`filling ${dataDirectory}, once`);
  const instance = await startInstance({ dataDirectory });
  try {
    await fill(instance);
    await writeFile(filled, '');
    return instance;
  } catch (error) {
    await instance.stop();
    throw error;
  }
}
