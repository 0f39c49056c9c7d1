import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  checkpointKeyFromSeed,
  connectEventStore,
  createLogger,
  createMetrics,
  createServiceApp,
  listen,
  MasterKey,
  parseSigningKeys,
  type CheckpointKey,
  type EventStore,
} from '@verbatim/shared';
import { freshDatabase, freshEventStore } from '@verbatim/testing';
import { createQueryApi } from '../create-query-api.ts';

/**
 * The query API in this process over the real thing: commands and projectors run as processes of their own, from what
 * was built, so that every row that is read here was written as it is in production.
 */
export interface System {
  readonly databaseUrl: string;
  /** Of the role that only reads. */
  readonly readerUrl: string;
  /** Where the event store, the exports and the anchors keep their files. */
  readonly directories: readonly string[];
  readonly eventStore: EventStore;
  readonly masterKey: MasterKey;
  readonly checkpointKey: CheckpointKey;
  /** Commands go here. */
  readonly commandOrigin: string;
  /** Questions go here. */
  readonly queryOrigin: string;
  /** As an operator who pauses it, and lets it go on. */
  pauseProjections(): void;
  resumeProjections(): void;
  /** Ends the command API as a crash would. */
  crashCommands(): Promise<void>;
  startCommands(): Promise<void>;
  stop(): Promise<void>;
}

/** Several processes start at once, on machines that do other things too. */
const startsWithinMs = 100_000;
const soWithinMs = 50_000;

export async function startSystem(): Promise<System> {
  const [database, store, port] = await Promise.all([freshDatabase(), freshEventStore(), freePort()]);
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'pem',
    type: 'pkcs8',
  });
  const [exportDirectory, anchorDirectory] = await Promise.all(
    ['exports', 'anchors'].map((name) => mkdtemp(path.join(os.tmpdir(), `verbatim-${name}-`))),
  );
  if (exportDirectory === undefined || anchorDirectory === undefined) throw new Error('unreachable');
  const env = {
    ...process.env,
    HOST: '127.0.0.1',
    EVENTSTORE_URL: store.connectionString,
    DATABASE_URL: database.url,
    VERBATIM_SIGNING_KEY: String(pem),
    VERBATIM_MASTER_KEY: Buffer.alloc(32, 'verbatim-test-key').toString('base64'),
    VERBATIM_RATE_LIMITS: 'off',
    CHECKPOINT_ANCHOR_DIR: anchorDirectory,
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
  };
  const commandOrigin = `http://127.0.0.1:${port}`;
  let commands: ChildProcess | undefined;
  const startCommands = async (): Promise<void> => {
    commands = run('command-api', { ...env, PORT: String(port) });
    await until(
      'the command API takes commands',
      async () => (await fetch(`${commandOrigin}/health/ready`)).ok,
      startsWithinMs,
    );
  };
  await startCommands();
  const projections = run('projections', { ...env, PORT: '0' });

  const logger = createLogger({ name: 'query-api', level: env.LOG_LEVEL });
  const eventStore = connectEventStore({ url: store.connectionString, logger });
  const masterKey = new MasterKey(env.VERBATIM_MASTER_KEY);
  const checkpointKey = checkpointKeyFromSeed('verbatim.test', randomBytes(32));
  const api = await createQueryApi({
    databaseUrl: database.url,
    readerUrl: database.readerUrl,
    signingKeys: parseSigningKeys(String(pem)),
    logger,
    record: { eventStore, masterKey, checkpointKey, exportDirectory },
  });
  const metrics = createMetrics('query-api');
  const app = createServiceApp({ logger, metrics, readiness: api.readiness, routers: [api.router] });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  const queryOrigin = `http://127.0.0.1:${listening.port}`;
  await until(
    'the read models are there',
    async () => (await fetch(`${queryOrigin}/health/ready`)).ok,
    startsWithinMs,
  );

  return {
    databaseUrl: database.url,
    readerUrl: database.readerUrl,
    directories: [store.directory, exportDirectory, anchorDirectory],
    eventStore,
    masterKey,
    checkpointKey,
    commandOrigin,
    queryOrigin,
    pauseProjections: () => projections.kill('SIGSTOP'),
    resumeProjections: () => projections.kill('SIGCONT'),
    crashCommands: () => end(commands, 'SIGKILL'),
    startCommands,
    stop: async () => {
      projections.kill('SIGCONT');
      await listening.stop();
      await api.stop();
      await Promise.all([end(commands, 'SIGTERM'), end(projections, 'SIGTERM')]);
      await eventStore.close();
      for (const directory of [exportDirectory, anchorDirectory])
        await rm(directory, { recursive: true, force: true });
      await Promise.all([database.drop(), store.stop()]);
    },
  };
}

/** Looks again until it is so. What throws meanwhile is not so yet. */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  withinMs = soWithinMs,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      if (await isSo()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`not so within ${withinMs} ms: ${what}`, { cause: last });
}

function run(service: string, env: NodeJS.ProcessEnv): ChildProcess {
  const program = fileURLToPath(new URL(`../../../${service}/dist/main.js`, import.meta.url));
  return spawn(process.execPath, [program], { env, stdio: 'inherit' });
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return address.port;
}
