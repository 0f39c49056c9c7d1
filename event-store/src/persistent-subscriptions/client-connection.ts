import type { Message } from './message.ts';
import { Measurements } from './measurements.ts';

/** What a group needs of a client: to send, and to end it with an error. */
export interface ClientTransport {
  readonly username: string;
  readonly connectionName: string;
  readonly peer: string;
  /** How many messages the client takes before it has acknowledged any. */
  readonly bufferSize: number;
  /** Sends the message; false when the transport takes no more until `onDrained`. */
  send(message: Message): boolean;
  drop(error: Error): void;
  /** Whether its user may still read. */
  isAllowed(): boolean;
}

export interface InFlight {
  readonly message: Message;
  readonly sentAtMs: number;
}

/** One client of a group, with the messages that it has and has not acknowledged. */
export class ClientConnection {
  readonly transport: ClientTransport;
  readonly measurements = new Measurements();
  readonly #inFlight = new Map<string, InFlight>();
  #isBlocked = false;

  constructor(transport: ClientTransport) {
    this.transport = transport;
  }

  get inFlight(): Iterable<InFlight> {
    return this.#inFlight.values();
  }

  get inFlightCount(): number {
    return this.#inFlight.size;
  }

  get availableSlots(): number {
    return Math.max(0, this.transport.bufferSize - this.#inFlight.size);
  }

  get hasRoom(): boolean {
    return !this.#isBlocked && this.availableSlots > 0;
  }

  send(message: Message): void {
    this.#inFlight.set(message.id, { message, sentAtMs: Date.now() });
    this.#isBlocked = !this.transport.send(message);
  }

  has(id: string): boolean {
    return this.#inFlight.has(id);
  }

  unblock(): void {
    this.#isBlocked = false;
  }

  /** Takes a message off the client; undefined if the client does not have it. */
  take(id: string): InFlight | undefined {
    const inFlight = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    return inFlight;
  }

  takeAll(): InFlight[] {
    const all = [...this.#inFlight.values()];
    this.#inFlight.clear();
    return all;
  }

  /** Messages that have been out for longer than they may. */
  overdue(timeoutMs: number): InFlight[] {
    const latestMs = Date.now() - timeoutMs;
    return [...this.#inFlight.values()].filter(({ sentAtMs }) => sentAtMs <= latestMs);
  }
}
