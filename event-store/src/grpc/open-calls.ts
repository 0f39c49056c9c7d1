import { constants, type ServerHttp2Stream } from 'node:http2';

/** The streams of messages that servers have not ended yet, so that a server that stops can end them. */
export class OpenCalls {
  readonly #calls = new Set<StreamingCall>();

  add(call: StreamingCall): void {
    this.#calls.add(call);
    call.once('close', () => this.#calls.delete(call));
  }

  /**
   * Resets every call as cancelled. Unlike a status, a reset does not queue behind messages that the client has not taken;
   * unlike the end of the connection, it tells clients that the server meant it.
   */
  cancel(): void {
    for (const call of this.#calls) streamOf(call).close(constants.NGHTTP2_CANCEL);
  }
}

interface StreamingCall {
  once(event: 'close', listener: () => void): unknown;
}

/** grpc-js has no public way to reset one call: this is where 1.14 keeps the stream under it. */
function streamOf(call: StreamingCall): ServerHttp2Stream {
  return (call as unknown as { call: { stream: ServerHttp2Stream } }).call.stream;
}
