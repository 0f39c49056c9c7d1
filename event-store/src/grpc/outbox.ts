import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';

/** A call holds no more than this of what its client has not taken yet, or one message if that is larger. */
const MAX_PENDING_BYTES = 256 * 1024;

/**
 * The sending side of a call, with a brake. When `send` returns false the call is full: wait for `drained()` before
 * sending more, or the messages pile up in memory. grpc-js brakes by the number of messages, whatever their size.
 */
export class Outbox {
  readonly #call: ServerWritableStream<unknown, Buffer> | ServerDuplexStream<unknown, Buffer>;
  readonly #listeners = new Set<() => void>();
  #pendingBytes = 0;
  #isFull = false;

  constructor(call: ServerWritableStream<unknown, Buffer> | ServerDuplexStream<unknown, Buffer>) {
    this.#call = call;
    call.on('drain', () => this.#release());
  }

  get isOpen(): boolean {
    return !this.#call.cancelled && !this.#call.destroyed && !this.#call.writableEnded;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Calls `listen` whenever the call can take more again. */
  onDrain(listen: () => void): void {
    this.#listeners.add(listen);
  }

  send(message: Buffer): boolean {
    if (!this.isOpen) return true;
    this.#pendingBytes += message.length;
    const hasRoom = this.#call.write(message, () => {
      this.#pendingBytes -= message.length;
      this.#release();
    });
    this.#isFull = !hasRoom || this.#pendingBytes >= MAX_PENDING_BYTES;
    return !this.#isFull;
  }

  /** Resolves when more can be sent, or when the call is over. */
  async drained(): Promise<void> {
    if (!this.isOpen || !this.#isFull) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#listeners.delete(done);
        this.#call.off('close', done).off('cancelled', done);
        resolve();
      };
      this.#listeners.add(done);
      this.#call.once('close', done).once('cancelled', done);
    });
  }

  #release(): void {
    if (!this.#isFull || this.#call.writableNeedDrain || this.#pendingBytes >= MAX_PENDING_BYTES) return;
    this.#isFull = false;
    for (const listen of [...this.#listeners]) listen();
  }
}
