import { fullJitterMs, subprotocol } from '@verbatim/shared';
import WebSocket from 'ws';
import { z } from 'zod';

/** As the browser's client does while it hopes for a restart. */
const backOff = { baseMs: 500, capMs: 3_000 };
const connectWithinMs = 10_000;

const readyFrame = z.object({
  rooms: z.array(z.object({ roomId: z.string(), seq: z.number(), epoch: z.number() })),
});
const durableFrame = z.object({ seq: z.number() });

/**
 * A client of one room that comes back and resumes by itself, and keeps the seqs that it was sent. It reads no more of
 * a frame than it must: a thousand of these share a process with whoever talks.
 */
export class ResumingSocket {
  readonly roomId: string;
  readonly seqs: number[] = [];
  isLive = false;
  /** When it was live again after the last loss. */
  resumedAt = 0;
  /** Told to fetch instead of being sent what it missed. */
  wasSentAway = false;
  readonly #url: string;
  readonly #token: string;
  #cursor: { seq: number; readonly epoch: number } | undefined;
  #webSocket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;

  constructor(origin: string, roomId: string, token: string) {
    this.#url = `${origin.replace('http', 'ws')}/ws/chat/${roomId}`;
    this.roomId = roomId;
    this.#token = token;
    this.#connect();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#webSocket?.removeAllListeners('close');
    this.#webSocket?.terminate();
  }

  #connect(): void {
    const webSocket = new WebSocket(this.#url, subprotocol, {
      perMessageDeflate: false,
      handshakeTimeout: connectWithinMs,
    });
    this.#webSocket = webSocket;
    webSocket.on('open', () => {
      const resume = this.#cursor && { [this.roomId]: this.#cursor };
      webSocket.send(JSON.stringify({ type: 'hello', token: this.#token, resume }));
    });
    webSocket.on('message', (data: Buffer) => this.#hear(data.toString()));
    webSocket.on('error', () => undefined); // nobody listens yet; `close` follows
    webSocket.on('close', () => {
      this.isLive = false;
      this.#timer = setTimeout(() => this.#connect(), fullJitterMs(this.#attempt, backOff));
      this.#attempt += 1;
    });
  }

  #hear(text: string): void {
    if (text.includes('"position":"')) this.#take(durableFrame.parse(JSON.parse(text)).seq);
    else if (text.startsWith('{"type":"ready"')) {
      const [room] = readyFrame.parse(JSON.parse(text)).rooms;
      if (room !== undefined) this.#cursor ??= { seq: room.seq, epoch: room.epoch };
      this.isLive = true;
      this.resumedAt = performance.now();
      this.#attempt = 0;
    } else if (/^\{"type":"(?:gap|reset)"/.test(text)) this.wasSentAway = true;
  }

  #take(seq: number): void {
    this.seqs.push(seq);
    if (this.#cursor !== undefined) this.#cursor.seq = seq;
  }
}
