import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../logging/logger.ts';
import { fullJitterMs } from '../event-store/back-off.ts';
import { batchParts } from './batch-parts.ts';
import type { PushPublisher } from './channel.ts';
import { formatDirectAddress, parseDirectAddress, type DirectAddress } from './direct-address.ts';
import { lineSplitter } from './line-splitter.ts';
import { encodeLine, helloLineSchema, pushLimits, relayLineSchema } from './push-lines.ts';

const listenBackOff = { baseMs: 100, capMs: 1_000 };

/**
 * Listens for relays and writes every batch to each of them. A relay that does not read is cut, so that it
 * costs the projector a bounded buffer and never a wait. What one relay tells its peers is passed on here.
 */
export function createDirectPublisher(url: string, logger: Logger): PushPublisher {
  const address = parseDirectAddress(url);
  const relays = new Set<Socket>();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket) && relays.delete(socket));
    socket.on('error', (error) => logger.debug({ err: error }, 'connection to a relay was lost'));
    admitRelay(socket, address.secret, relays, logger);
  });
  server.maxConnections = pushLimits.relays;
  const heartbeat = setInterval(() => tell(relays, encodeLine({ kind: 'alive' })), pushLimits.aliveEveryMs);
  const stopping = new AbortController();
  const listening = listen(server, address, stopping.signal, logger);
  listening.catch(() => undefined); // only stop() makes it fail, and then nobody needs the address any more

  return {
    url: listening,
    publish: (batch) => {
      if (relays.size === 0) return;
      for (const part of batchParts(batch, pushLimits.batchPartBytes))
        tell(relays, `{"kind":"batch","batch":${part}}\n`);
    },
    stop: async () => {
      stopping.abort();
      clearInterval(heartbeat);
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Takes the port as soon as it is free: a predecessor that was killed or stands by may still hold it. */
async function listen(
  server: Server,
  address: DirectAddress,
  signal: AbortSignal,
  logger: Logger,
): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      server.listen(address.port, address.host);
      await once(server, 'listening', { signal });
      const bound = server.address();
      const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
      return formatDirectAddress({ ...address, port });
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ err: error, port: address.port }, 'cannot listen for relays yet');
      await wait(fullJitterMs(attempt, listenBackOff), undefined, { signal });
    }
  }
}

/** One line with the secret lets a relay in; until then it is told nothing. */
function admitRelay(socket: Socket, secret: string, relays: Set<Socket>, logger: Logger): void {
  const split = lineSplitter(pushLimits.lineBytes);
  const handshake = setTimeout(() => socket.destroy(), pushLimits.handshakeMs);
  socket.once('close', () => clearTimeout(handshake));

  const takeLine = (line: string): void => {
    if (relays.has(socket)) {
      relayLineSchema.parse(JSON.parse(line));
      tell(
        [...relays].filter((peer) => peer !== socket),
        `${line}\n`,
      );
      return;
    }
    if (!isSameSecret(helloLineSchema.parse(JSON.parse(line)).secret, secret))
      throw new Error('the secret is wrong');
    clearTimeout(handshake);
    relays.add(socket);
    tell([socket], encodeLine({ kind: 'welcome' }));
  };
  socket.on('data', (piece) => {
    try {
      const lines = split(piece);
      if (!relays.has(socket) && socket.bytesRead > pushLimits.helloBytes && lines.length === 0)
        throw new RangeError('the hello is too long');
      for (const line of lines) takeLine(line);
    } catch {
      // The error may quote the line and with it the secret, so it is not logged.
      logger.warn({ admitted: relays.has(socket) }, 'a relay was cut for what it sent');
      socket.destroy();
    }
  });
}

function tell(relays: Iterable<Socket>, line: string): void {
  const bytes = Buffer.from(line);
  for (const socket of relays) {
    if (socket.writableLength > pushLimits.unreadBytes) socket.destroy();
    else socket.write(bytes);
  }
}

function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
