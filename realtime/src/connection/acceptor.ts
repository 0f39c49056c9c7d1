import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem, limits as wireLimits, subprotocol } from '@verbatim/shared';
import { WebSocketServer } from 'ws';
import { Counts } from '../limits/connection-counts.ts';
import type { RelayLimits } from '../limits/relay-limits.ts';
import type { TickFlusher } from '../wire/tick-flusher.ts';
import { Connection, type ConnectionEvents } from './connection.ts';
import { readUpgrade, refuseUpgrade, type UpgradeRules } from './upgrade.ts';

export interface AcceptorOptions extends UpgradeRules {
  readonly flusher: TickFlusher;
  readonly events: ConnectionEvents;
  readonly limits: RelayLimits;
}

/** A message may come in this many pieces, and a socket may hold this many unread chunks. */
const maxFragments = 64;
const maxBufferedChunks = 1_024;
const retryAfterSeconds = 5;

/** Makes connections of upgrade requests, within bounds. */
export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: wireLimits.frameBytes,
    maxFragments,
    maxBufferedChunks,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  readonly #connections = new Set<Connection>();
  readonly #greeting = new Set<Connection>();
  readonly #byAddress = new Counts();
  readonly #greetingByAddress = new Counts();
  #isClosed = false;

  constructor(options: AcceptorOptions) {
    this.#options = options;
  }

  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const upgrade = readUpgrade(request, this.#options);
    const problem = upgrade.accepted ? this.#overload(upgrade.origin.address) : upgrade.problem;
    if (!upgrade.accepted || problem !== undefined) {
      refuseUpgrade(socket, problem ?? new Problem('not-found'));
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { flusher, events, limits } = this.#options;
      const connection = new Connection({
        webSocket,
        socket,
        origin: upgrade.origin,
        flusher,
        events: { ...events, onClosed: (closed) => this.#release(closed) },
        limits,
      });
      this.#connections.add(connection);
      this.#greeting.add(connection);
      this.#byAddress.add(connection.origin.address);
      this.#greetingByAddress.add(connection.origin.address);
    });
  }

  /** The connection has proven who it is. */
  greeted(connection: Connection): void {
    if (this.#greeting.delete(connection)) this.#greetingByAddress.remove(connection.origin.address);
  }

  /** Takes no more. */
  close(): void {
    this.#isClosed = true;
  }

  #release(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.greeted(connection);
    this.#byAddress.remove(connection.origin.address);
    this.#options.events.onClosed(connection);
  }

  #overload(address: string): Problem | undefined {
    if (this.#isClosed) return new Problem('unavailable', { retryAfterSeconds });
    const { limits } = this.#options;
    if (this.#connections.size >= limits.sockets || this.#greeting.size >= limits.greetings)
      return new Problem('unavailable', { retryAfterSeconds });
    const isTooMany =
      this.#byAddress.get(address) >= limits.socketsOfAddress ||
      this.#greetingByAddress.get(address) >= limits.greetingsOfAddress;
    return isTooMany ? new Problem('rate-limited', { retryAfterSeconds }) : undefined;
  }
}
