import type { Writable } from 'node:stream';
import type { Flushable, TickFlusher } from './tick-flusher.ts';

export const outboundLimits = {
  /** While the system takes no more for a socket, it is cut rather than left with more than this; it resumes by seq. */
  unreadBytes: 1024 * 1024,
  /** Momentary frames are not added to more than this. */
  unreadBytesForMomentary: 64 * 1024,
  /** Joined up to this, so that a write is one buffer and a slow socket holds few. */
  joinedBytes: 64 * 1024,
} as const;

/**
 * What is to be written to one socket. Frames of a tick become one write; while the system's own buffer is full
 * they wait here, counted, since the same bytes wait for others too and only references are held.
 */
export class Outbound implements Flushable {
  readonly #socket: Writable;
  readonly #flusher: TickFlusher;
  readonly #onOverflow: () => void;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #isScheduled = false;
  #isBlocked = false;
  #isClosed = false;
  #drainWaiters: (() => void)[] = [];

  constructor(socket: Writable, flusher: TickFlusher, onOverflow: () => void) {
    this.#socket = socket;
    this.#flusher = flusher;
    this.#onOverflow = onOverflow;
    socket.on('drain', () => this.#drain());
  }

  /** Bytes that the system has not taken yet. */
  get unreadBytes(): number {
    return this.#queuedBytes + this.#socket.writableLength;
  }

  /** Whole frames, in the order in which they go out. */
  send(bytes: Buffer): void {
    if (this.#isClosed) return;
    // How much one turn brings says nothing of how fast it is read.
    if (this.#isBlocked && this.unreadBytes + bytes.length > outboundLimits.unreadBytes) {
      this.#onOverflow();
      return;
    }
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#isScheduled || this.#isBlocked) return;
    this.#isScheduled = true;
    this.#flusher.socket(this);
  }

  /** False when the socket is too far behind for what will not matter in a moment; of a closed one nothing waits. */
  sendMomentary(bytes: Buffer): boolean {
    if (this.#isClosed) return true;
    if (this.unreadBytes > outboundLimits.unreadBytesForMomentary) return false;
    this.send(bytes);
    return true;
  }

  /** Resolves once the system has taken what there is but for what it likes to have at hand, or the socket is closed. */
  whenDrained(): Promise<void> {
    if (this.#isClosed || this.#isDrained) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  flush(): void {
    this.#isScheduled = false;
    while (this.#queue.length > 0 && !this.#isBlocked && !this.#isClosed)
      this.#isBlocked = !this.#socket.write(this.#takeJoined());
    if (this.#isDrained) this.#wake();
  }

  /** Writes what there is, if the socket takes it, and takes no more. */
  close(): void {
    if (!this.#isBlocked) this.flush();
    this.#isClosed = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#wake();
  }

  get #isDrained(): boolean {
    return this.#queuedBytes === 0 && !this.#isBlocked;
  }

  #drain(): void {
    this.#isBlocked = false;
    this.flush();
  }

  #takeJoined(): Buffer {
    const [first, ...rest] = this.#queue;
    if (first === undefined || rest.length === 0) {
      this.#queue = [];
      this.#queuedBytes = 0;
      return first ?? Buffer.alloc(0);
    }
    let count = 0;
    let bytes = 0;
    for (const { length } of this.#queue) {
      if (count > 0 && bytes + length > outboundLimits.joinedBytes) break;
      count += 1;
      bytes += length;
    }
    const joined = Buffer.concat(this.#queue.slice(0, count), bytes);
    this.#queue = this.#queue.slice(count);
    this.#queuedBytes -= bytes;
    return joined;
  }

  #wake(): void {
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const wake of waiters) wake();
  }
}
