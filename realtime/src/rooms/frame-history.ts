/** A frame ready to be sent. */
export interface EncodedFrame {
  readonly seq: number;
  readonly bytes: Buffer;
  /** The message whose words it holds, if it holds any. */
  readonly messageId: string | null;
}

export const historyLimits = {
  frames: 500,
  bytes: 256 * 1024,
  /** Of all rooms of a relay; beyond it each keeps no more than the last few. */
  bytesOfAllRooms: 64 * 1024 * 1024,
  framesWhenScarce: 16,
} as const;

/** Shared by all rooms of a relay. */
export interface HistoryBudget {
  usedBytes: number;
}

/** The last frames of a room without a hole, so that those who were away shortly need no query. */
export class FrameHistory {
  readonly #budget: HistoryBudget;
  #frames: EncodedFrame[] = [];
  #bytes = 0;

  constructor(budget: HistoryBudget) {
    this.#budget = budget;
  }

  /** All frames after the seq, or undefined when they do not reach back so far. */
  after(seq: number): readonly EncodedFrame[] | undefined {
    const first = this.#frames[0];
    if (first === undefined || first.seq > seq + 1) return undefined;
    return this.#frames.slice(seq + 1 - first.seq);
  }

  push(frame: EncodedFrame): void {
    if (this.#frames.length > 0 && this.#frames.at(-1)?.seq !== frame.seq - 1) this.clear();
    this.#frames.push(frame);
    this.#count(frame.bytes.length);
    this.#trim();
  }

  /** Adds what was read of the room up to `headSeq`, as far as it meets what is here and there is room. */
  prepend(frames: readonly EncodedFrame[], headSeq: number): void {
    const firstSeq = this.#frames[0]?.seq ?? headSeq + 1;
    const older = frames.filter(({ seq }) => seq < firstSeq);
    const bytes = older.reduce((sum, frame) => sum + frame.bytes.length, 0);
    const fits =
      this.#bytes + bytes <= historyLimits.bytes && this.#frames.length + older.length <= this.#maxFrames();
    if (!fits || older.at(-1)?.seq !== firstSeq - 1) return;
    this.#frames = [...older, ...this.#frames];
    this.#count(bytes);
  }

  /** Words that were deleted are not kept: what lies up to them is read from Postgres, where they are gone. */
  forget(messageId: string): void {
    const last = this.#frames.findLastIndex((frame) => frame.messageId === messageId);
    if (last >= 0) this.#drop(last + 1);
  }

  clear(): void {
    this.#drop(this.#frames.length);
  }

  #trim(): void {
    while (this.#frames.length > this.#maxFrames() || this.#bytes > historyLimits.bytes)
      this.#drop(Math.max(1, this.#frames.length >> 2));
  }

  #maxFrames(): number {
    const isScarce = this.#budget.usedBytes > historyLimits.bytesOfAllRooms;
    return isScarce ? historyLimits.framesWhenScarce : historyLimits.frames;
  }

  #drop(count: number): void {
    const dropped = this.#frames.slice(0, count);
    this.#frames = this.#frames.slice(count);
    this.#count(-dropped.reduce((sum, frame) => sum + frame.bytes.length, 0));
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.usedBytes += bytes;
  }
}
