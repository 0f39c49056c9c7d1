import { generateKeyPairSync } from 'node:crypto';
import {
  createLogger,
  createMetrics,
  createPool,
  createPushPublisher,
  createPushSubscriber,
  createTokenSigner,
  createTokenVerifier,
  listen,
  parseSigningKeys,
  sqlSourceOf,
} from '@verbatim/shared';
import { freshDatabase } from '@verbatim/testing';
import pg from 'pg';
import { vi } from 'vitest';
import type { CommandGateway } from '../commands/command-gateway.ts';
import { relayLimitsOf } from '../limits/relay-limits.ts';
import { createRelay, type RelayOptions } from '../relay.ts';
import { ClientSocket, patience } from './client-socket.ts';
import { readModelTables } from './read-model-tables.ts';
import { WrittenWorld, type WrittenPerson } from './written-world.ts';

const logger = createLogger({ name: 'test', level: process.env.LOG_LEVEL ?? 'silent' });
const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
export const allowedOrigin = 'http://chat.test';

export type RelayFixture = Awaited<ReturnType<typeof startRelayFixture>>;

/** A relay on a real Postgres and the real channel, and a world that is written as projectors write it. */
export async function startRelayFixture(options: Partial<RelayOptions> = {}) {
  const database = await freshDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  await pool.query(readModelTables);
  const publisher = createPushPublisher({ url: 'tcp://:a-secret-for-the-test@127.0.0.1:0', logger });
  const world = new WrittenWorld(pool, publisher);
  const keys = parseSigningKeys(pem.toString());
  const signer = createTokenSigner(keys);

  const startRelay = async (own: Partial<RelayOptions> = {}) => {
    const relayPool = createPool(database.url, { applicationName: 'test relay' });
    const relay = createRelay({
      push: createPushSubscriber(await publisher.url),
      database: sqlSourceOf(relayPool),
      tokens: createTokenVerifier(keys.verification),
      commands: commandsOver(world),
      allowedOrigins: [allowedOrigin],
      trustedProxyHops: 0,
      limits: relayLimitsOf(true),
      logger,
      metrics: createMetrics('test', { withProcessMetrics: false }),
      ...options,
      ...own,
    });
    const listening = await listen((_request, response) => response.writeHead(404).end(), {
      host: '127.0.0.1',
      port: 0,
      drainTimeoutMs: 100,
      onUpgrade: (...upgrade) => relay.handleUpgrade(...upgrade),
    });
    return {
      relay,
      url: `ws://127.0.0.1:${listening.port}/ws`,
      stop: async () => {
        await relay.stop();
        await listening.stop();
        await relayPool.destroy();
      },
    };
  };
  const first = await startRelay();
  const tokenOf = ({ userId, sessionId }: WrittenPerson): string =>
    signer.sign({ userId, sessionId, organizationId: world.organizationId, role: 'member' });
  const clients: ClientSocket[] = [];
  const connect = (path = '', url = first.url): ClientSocket => {
    const client = new ClientSocket(url + path);
    clients.push(client);
    return client;
  };

  return {
    world,
    url: first.url,
    pushUrl: await publisher.url,
    keys,
    startRelay,
    tokenOf,
    connect,
    /** Connected, greeted and ready. */
    enter: async (
      person: WrittenPerson,
      resume?: Record<string, number | { seq: number; epoch: number }>,
      { path = '', url = first.url }: { readonly path?: string; readonly url?: string } = {},
    ): Promise<ClientSocket> => {
      const client = await connect(path, url).opened();
      client.say({ type: 'hello', token: tokenOf(person), ...(resume && { resume }) });
      await client.heard('ready');
      return client;
    },
    /** Whoever reads the table waits until `release`; `awaited` resolves once somebody does. */
    hold: async (table: string) => {
      const holder = await pool.connect();
      await holder.query(`BEGIN; LOCK TABLE ${table}`);
      return {
        awaited: () =>
          vi.waitFor(async () => {
            const { rowCount } = await pool.query(
              'SELECT FROM pg_locks WHERE relation = $1::regclass AND NOT granted',
              [table],
            );
            if (rowCount === 0) throw new Error(`nobody waits for ${table}`);
          }, patience),
        release: async () => {
          await holder.query('ROLLBACK');
          holder.release();
        },
      };
    },
    stop: async () => {
      for (const client of clients) client.webSocket.terminate();
      await first.stop();
      await publisher.stop();
      await pool.end();
      await database.drop();
    },
  };
}

/** Commands that write the world at once: what the command-api does is tested where it is. */
function commandsOver(world: WrittenWorld): CommandGateway {
  return {
    sendMessage: async ({ token }, roomId, { id, text }) => {
      const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
      const userId = /"sub":"(?<id>[^"]+)"/.exec(payload)?.groups?.id ?? '';
      const seq = await world.send(roomId, { userId, sessionId: '' }, text, { id });
      return { accepted: true, position: `${seq}` };
    },
    markRead: () => Promise.resolve({ accepted: true, position: '0' }),
    stop: () => undefined,
  };
}
