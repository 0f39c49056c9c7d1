import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@verbatim/postgres';
import { ended, startLoneService } from './lone-service.ts';

/** The command side by itself over stores of its own: nobody projects, pushes or reads what it stores. */
export interface LoneCommandApi {
  readonly origin: string;
  readonly eventStoreUrl: string;
  stop(): Promise<void>;
}

export async function startLoneCommandApi(): Promise<LoneCommandApi> {
  const directory = await mkdtemp(join(tmpdir(), 'verbatim-commands-'));
  const [postgres, store] = await Promise.all([
    startPostgres({ directory: join(directory, 'postgres') }),
    startStore(join(directory, 'events')),
  ]);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const service = await startLoneService('command-api', {
    DATABASE_URL: postgres.url,
    EVENTSTORE_URL: store.url,
    VERBATIM_SIGNING_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    VERBATIM_MASTER_KEY: randomBytes(32).toString('base64'),
  });
  return {
    origin: service.origin,
    eventStoreUrl: store.url,
    stop: async () => {
      await service.stop();
      await Promise.all([ended(store.child), postgres.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const storeProgram = fileURLToPath(
  new URL('../../event-store/bin/verbatim-event-store.mjs', import.meta.url),
);

async function startStore(directory: string): Promise<{ child: ChildProcess; url: string }> {
  const args = [storeProgram, '--data', directory, '--port', '0', '--insecure'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const [url] = /esdb:\S+/.exec(line) ?? [];
    if (url !== undefined) return { child, url };
  }
  throw new Error('the event store did not start');
}
