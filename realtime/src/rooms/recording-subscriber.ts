import { serverFrameSchema, type ServerFrame } from '@verbatim/shared';
import { outboundLimits } from '../wire/outbound.ts';
import type { RoomPoint, Subscriber } from './subscriber.ts';

/** The other end of a connection in tests: reads the bytes it is sent, when it reads. */
export class RecordingSubscriber implements Subscriber {
  readonly userId: string;
  readonly frames: ServerFrame[] = [];
  readonly memberOf: RoomPoint[] = [];
  readonly lost: string[] = [];
  isOpen = true;
  #unread: Buffer[] = [];
  #isReading = true;
  #waiters: (() => void)[] = [];

  constructor(userId: string) {
    this.userId = userId;
  }

  get unreadBytes(): number {
    return this.#unread.reduce((sum, { length }) => sum + length, 0);
  }

  /** The seqs of the durable frames, as they came. */
  get seqs(): number[] {
    return this.frames.flatMap((frame) => ('position' in frame && 'seq' in frame ? [frame.seq] : []));
  }

  send(bytes: Buffer): void {
    this.#unread.push(bytes);
    if (this.#isReading) this.#read();
  }

  sendMomentary(bytes: Buffer): boolean {
    if (this.unreadBytes > outboundLimits.unreadBytesForMomentary) return false;
    this.send(bytes);
    return true;
  }

  whenDrained(): Promise<void> {
    if (this.#unread.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  onMember(_roomId: string, cursor: RoomPoint): void {
    this.memberOf.push(cursor);
  }

  onLost(roomId: string): void {
    this.lost.push(roomId);
  }

  pause(): void {
    this.#isReading = false;
  }

  resume(): void {
    this.#isReading = true;
    this.#read();
  }

  #read(): void {
    for (const bytes of this.#unread) this.frames.push(...decode(bytes));
    this.#unread = [];
    for (const wake of this.#waiters.splice(0)) wake();
  }
}

/** The text frames in the bytes, which may be several joined. */
export function decode(bytes: Buffer): ServerFrame[] {
  const frames: ServerFrame[] = [];
  for (let at = 0; at < bytes.length;) {
    const [short = 0] = [bytes[at + 1]];
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 4, 6);
    if (bytes[at] !== 0x81) throw new Error('not a final text frame');
    const end = at + header + length;
    frames.push(serverFrameSchema.parse(JSON.parse(bytes.subarray(at + header, end).toString())));
    at = end;
  }
  return frames;
}
