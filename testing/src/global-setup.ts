import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startPostgres } from '@verbatim/postgres';
import type { TestProject } from 'vitest/node';

/** Starts the one Postgres of a run of integration tests; `freshDatabase` makes databases in it. */
export default async function startSharedPostgres(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-test-'));
  const postgres = await startPostgres({ directory: path.join(directory, 'postgres'), isDurable: false });
  project.provide('postgresUrl', postgres.urlOf('postgres'));
  project.provide('postgresReaderUrl', postgres.readerUrlOf('postgres'));
  project.provide('runDirectory', directory);
  return async () => {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
