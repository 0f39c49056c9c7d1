import { serverFrameSchema, subprotocol, type ClientFrame, type ServerFrame } from '@verbatim/shared';
import { vi } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';

type Kind = ServerFrame['type'];
type OfKind<Type extends Kind> = Extract<ServerFrame, { readonly type: Type }>;

/** A busy machine is slow; tests wait for what is to come, not for how soon. */
export const patience = { timeout: 30_000, interval: 5 };

/** A program at the other end of the relay: keeps what it heard, and says what the test says. */
export class ClientSocket {
  readonly frames: ServerFrame[] = [];
  readonly webSocket: WebSocket;
  closed: { readonly code: number; readonly reason: string } | undefined;

  constructor(url: string, options: ClientOptions = {}) {
    this.webSocket = new WebSocket(url, subprotocol, options);
    this.webSocket.on('message', (data: Buffer) =>
      this.frames.push(serverFrameSchema.parse(JSON.parse(data.toString()))),
    );
    this.webSocket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    this.webSocket.on('error', () => undefined); // a refused upgrade; `close` follows
  }

  async opened(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.webSocket.once('open', resolve);
      this.webSocket.once('error', reject);
    });
    return this;
  }

  say(frame: ClientFrame): void {
    this.webSocket.send(JSON.stringify(frame));
  }

  of<Type extends Kind>(type: Type): OfKind<Type>[] {
    return this.frames.filter((frame): frame is OfKind<Type> => frame.type === type);
  }

  /** The seqs of the durable frames of a room, as they came. */
  seqs(roomId: string): number[] {
    return this.frames.flatMap((frame) =>
      'position' in frame && 'seq' in frame && frame.roomId === roomId ? [frame.seq] : [],
    );
  }

  /** The next frame of this type, or the first one already there. */
  async heard<Type extends Kind>(type: Type): Promise<OfKind<Type>> {
    return vi.waitFor(() => {
      const [first] = this.of(type);
      if (first === undefined)
        throw new Error(`no ${type} in ${this.frames.map((frame) => frame.type).join(' ')}`);
      return first;
    }, patience);
  }

  async ended(): Promise<{ readonly code: number; readonly reason: string }> {
    return vi.waitFor(() => {
      if (this.closed === undefined) throw new Error('still open');
      return this.closed;
    }, patience);
  }
}
