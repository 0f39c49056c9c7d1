import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';

/**
 * The sending side of a call, with a brake. When `send` returns false the transport is full: wait for `drained()` before
 * sending more, or the messages pile up in memory.
 */
export class Outbox {
  readonly #call: ServerWritableStream<unknown, Buffer> | ServerDuplexStream<unknown, Buffer>;

  constructor(call: ServerWritableStream<unknown, Buffer> | ServerDuplexStream<unknown, Buffer>) {
    this.#call = call;
  }

  get isOpen(): boolean {
    return !this.#call.cancelled && !this.#call.destroyed && !this.#call.writableEnded;
  }

  send(message: Buffer): boolean {
    return this.isOpen ? this.#call.write(message) : true;
  }

  /** Resolves when more can be sent, or when the call is over. */
  async drained(): Promise<void> {
    if (!this.isOpen || !this.#call.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#call.off('drain', done).off('close', done).off('cancelled', done);
        resolve();
      };
      this.#call.once('drain', done).once('close', done).once('cancelled', done);
    });
  }
}
