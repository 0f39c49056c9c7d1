import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import {
  closeCodes,
  retryAfterReason,
  type AccessClaims,
  type ClientFrame,
  type ServerFrame,
} from '@verbatim/shared';
import type { WebSocket } from 'ws';
import type { CommandCaller } from '../commands/command-gateway.ts';
import { CommandQueue } from '../commands/command-queue.ts';
import type { RelayLimits } from '../limits/relay-limits.ts';
import { TokenBucket } from '../limits/token-bucket.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomPoint, Subscriber } from '../rooms/subscriber.ts';
import { encodeFrame } from '../wire/encode-frame.ts';
import { Outbound } from '../wire/outbound.ts';
import type { TickFlusher } from '../wire/tick-flusher.ts';
import { readClientFrame } from './read-client-frame.ts';

/** Where the other side came from. */
export interface Origin {
  readonly address: string;
  readonly userAgent: string;
  /** Set on `/ws/chat/{roomId}`: the one room of this connection. */
  readonly onlyRoomId: string | undefined;
}

/** A person's proven identity, and the token that proved it last. */
export interface Identity {
  readonly claims: AccessClaims;
  readonly token: string;
}

export type Phase =
  | { readonly status: 'greeting'; readonly helloUntilMs: number }
  /** It has said hello and waits for its turn. */
  | { readonly status: 'waiting' }
  /** The hello is being looked at; what happens to the person meanwhile is remembered. */
  | {
      readonly status: 'entering';
      readonly identity: Identity;
      /** Rooms that the person was added to. */
      readonly lateRoomIds: Set<string>;
      /** How far the person has read, by room. */
      readonly lateReadSeqs: Map<string, number>;
    }
  | { readonly status: 'ready'; readonly identity: Identity }
  | { readonly status: 'closed' };

export interface ConnectionEvents {
  onFrame(connection: Connection, frame: ClientFrame): void;
  /** Once, however it came about. */
  onClosed(connection: Connection): void;
  onCut(connection: Connection): void;
}

export interface ConnectionOptions {
  readonly webSocket: WebSocket;
  /** The socket under it: whole frames, joined, are written to it directly. */
  readonly socket: Duplex;
  readonly origin: Origin;
  readonly flusher: TickFlusher;
  readonly events: ConnectionEvents;
  readonly limits: RelayLimits;
}

/** After a close frame the other side has so long to answer; a stuck one would take `ws` half a minute. */
const closeWithinMs = 2_000;

/** One WebSocket: its phase, what it receives, and everything that is written to it. */
export class Connection implements Subscriber {
  readonly id = randomUUID();
  readonly origin: Origin;
  readonly rooms = new Map<string, Room>();
  /** Own rooms that this connection asked not to receive. */
  #declined: Set<string> | undefined;
  readonly commands = new CommandQueue();
  presence: 'online' | 'away' = 'online';
  heardAtMs = Date.now();
  pingAtMs = 0;
  #phase: Phase;
  /** What it said after its hello and before that was answered. */
  #early: ClientFrame[] | undefined;
  readonly #webSocket: WebSocket;
  readonly #outbound: Outbound;
  readonly #events: ConnectionEvents;
  readonly #limits: RelayLimits;
  readonly #frames: TokenBucket;

  constructor({ webSocket, socket, origin, flusher, events, limits }: ConnectionOptions) {
    this.origin = origin;
    this.#webSocket = webSocket;
    this.#events = events;
    this.#limits = limits;
    this.#phase = { status: 'greeting', helloUntilMs: this.heardAtMs + limits.helloWithinMs };
    this.#frames = new TokenBucket(limits.framesOfSocket, this.heardAtMs);
    this.#outbound = new Outbound(socket, flusher, () => this.#cut());
    webSocket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    webSocket.on('ping', () => this.#hear());
    webSocket.on('pong', () => this.#hear());
    webSocket.on('error', () => undefined); // `ws` closes with the protocol's code, and `close` follows
    webSocket.on('close', () => this.#end());
  }

  get phase(): Phase {
    return this.#phase;
  }

  get identity(): Identity | undefined {
    return 'identity' in this.#phase ? this.#phase.identity : undefined;
  }

  get userId(): string {
    return this.identity?.claims.userId ?? '';
  }

  get isOpen(): boolean {
    return this.#phase.status !== 'closed';
  }

  get caller(): CommandCaller {
    const { address, userAgent } = this.origin;
    return { token: this.identity?.token ?? '', ip: address, userAgent };
  }

  get unreadBytes(): number {
    return this.#outbound.unreadBytes;
  }

  /** Whether it would receive the room if the room were the person's own. */
  lacks(roomId: string): boolean {
    const { onlyRoomId } = this.origin;
    return (
      !this.rooms.has(roomId) &&
      (onlyRoomId === undefined || onlyRoomId === roomId) &&
      this.#declined?.has(roomId) !== true
    );
  }

  decline(roomId: string): void {
    this.rooms.get(roomId)?.unsubscribe(this);
    if (this.rooms.delete(roomId)) this.#declined = (this.#declined ?? new Set()).add(roomId);
  }

  /** What it says until its hello is answered waits: in its socket, but for what has come with the hello. */
  awaitTurn(): void {
    this.#move({ status: 'waiting' });
    this.#webSocket.pause();
  }

  holdBack(frame: ClientFrame): void {
    (this.#early ??= []).push(frame);
  }

  /** Its hello has been answered: reads on, beginning with what was held back. */
  readOn(): readonly ClientFrame[] {
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#webSocket.resume();
    return early;
  }

  enter(identity: Identity): void {
    this.#move({ status: 'entering', identity, lateRoomIds: new Set(), lateReadSeqs: new Map() });
  }

  becomeReady(identity: Identity): void {
    this.#move({ status: 'ready', identity });
  }

  say(frame: ServerFrame): void {
    this.send(encodeFrame(frame));
  }

  send(bytes: Buffer): void {
    this.#outbound.send(bytes);
  }

  sendMomentary(bytes: Buffer): boolean {
    return this.#outbound.sendMomentary(bytes);
  }

  whenDrained(): Promise<void> {
    return this.#outbound.whenDrained();
  }

  onMember(roomId: string, { seq, epoch }: RoomPoint): void {
    this.say({ type: 'room_added', roomId, lastSeq: seq, epoch, own: true });
  }

  onLost(roomId: string): void {
    this.rooms.delete(roomId);
    this.say({ type: 'room_removed', roomId });
    if (this.origin.onlyRoomId !== undefined) this.close(closeCodes.forbidden);
  }

  /** While its commands queue up, a connection is not read from. */
  throttle(): void {
    if (this.commands.pending >= this.#limits.pendingCommandsOfSocket) this.#webSocket.pause();
    else if (this.#webSocket.isPaused) this.#webSocket.resume();
  }

  ping(): void {
    this.#webSocket.ping();
  }

  /** Ends it with a close frame, after what was sent before. `retryAfterMs` asks the client to wait. */
  close(code: number, retryAfterMs?: number): void {
    if (this.#phase.status === 'closed') return;
    this.#end();
    this.#webSocket.resume(); // or it would not read the answer
    this.#webSocket.close(code, retryAfterMs === undefined ? '' : retryAfterReason(retryAfterMs));
    const timer = setTimeout(() => this.#webSocket.terminate(), closeWithinMs);
    this.#webSocket.once('close', () => clearTimeout(timer));
  }

  /** Ends it without a word, for a peer that would not hear one. */
  terminate(): void {
    this.#end();
    this.#webSocket.terminate();
  }

  #receive(data: unknown, isBinary: boolean): void {
    if (!this.#hear()) return;
    const read = readClientFrame(data, isBinary);
    if (read.kind === 'bad') this.close(closeCodes.badFrame);
    else if (read.kind === 'frame') this.#events.onFrame(this, read.frame);
    else if (this.#phase.status === 'greeting') this.close(closeCodes.unauthenticated);
    else this.say({ type: 'error', id: read.id, problem: read.problem.toDetails() });
  }

  /** False when it is not listened to any more. The protocol's own pings count like any other frame. */
  #hear(): boolean {
    if (this.#phase.status === 'closed') return false; // what was received before still arrives
    this.heardAtMs = Date.now();
    if (this.#frames.take(this.heardAtMs)) return true;
    this.close(closeCodes.tooManyFrames);
    return false;
  }

  #cut(): void {
    if (this.#phase.status === 'closed') return;
    this.#events.onCut(this);
    this.close(closeCodes.tooSlow);
  }

  #move(phase: Phase): void {
    if (this.#phase.status !== 'closed') this.#phase = phase;
  }

  #end(): void {
    if (this.#phase.status === 'closed') return;
    this.#outbound.close();
    this.#events.onClosed(this);
    this.#phase = { status: 'closed' };
  }
}
