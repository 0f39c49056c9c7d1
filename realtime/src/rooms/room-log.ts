import { setTimeout as wait } from 'node:timers/promises';
import { fullJitterMs, limits, type DurableFrame } from '@verbatim/shared';
import { encodeFrame } from '../wire/encode-frame.ts';
import { FrameHistory, type EncodedFrame, type HistoryBudget } from './frame-history.ts';
import type { RoomPoint } from './subscriber.ts';

export interface RoomLogOptions {
  /** The room's frames after a seq, ascending, from Postgres. */
  readonly readFrames: (after: number, limit: number) => Promise<readonly DurableFrame[]>;
  readonly budget: HistoryBudget;
  /** Each next frame, once and in order. */
  readonly onFrame: (frame: DurableFrame, encoded: EncodedFrame) => void;
  readonly onFault: (error: unknown) => void;
}

/** Frames beyond a hole that are kept while it is filled; more are read like the hole. */
const maxEarlyFrames = 500;
const readBackOff = { baseMs: 50, capMs: 2_000 };

/**
 * The frames of a room as far as this relay has taken them: dense, in order, once each. Pushes may be lost, so
 * a frame that does not follow the last waits until what is missing has been read from Postgres, where it was
 * before it was pushed.
 */
export class RoomLog {
  readonly #options: RoomLogOptions;
  readonly #history: FrameHistory;
  readonly #early = new Map<number, DurableFrame>();
  #seq: number;
  #epoch: number;
  /** Up to where the room is known to have got. */
  #knownSeq: number;
  #isFilling = false;
  #isClosed = false;
  #reading: Promise<void> | undefined;
  /** Counts what makes frames under way from Postgres unfit to be kept. */
  #blankings = 0;

  constructor(start: RoomPoint, options: RoomLogOptions) {
    this.#seq = start.seq;
    this.#epoch = start.epoch;
    this.#knownSeq = start.seq;
    this.#options = options;
    this.#history = new FrameHistory(options.budget);
  }

  get seq(): number {
    return this.#seq;
  }

  get epoch(): number {
    return this.#epoch;
  }

  take(frame: DurableFrame): void {
    if (frame.seq <= this.#seq) return;
    if (frame.seq === this.#seq + 1) {
      this.#append(frame);
      this.#appendEarly();
      return;
    }
    if (this.#early.size < maxEarlyFrames) this.#early.set(frame.seq, frame);
    this.expect(frame.seq);
  }

  /** The room has got as far as this: what has not been pushed is read. */
  expect(seq: number): void {
    this.#knownSeq = Math.max(this.#knownSeq, seq);
    if (this.#knownSeq > this.#seq && !this.#isFilling) void this.#fill();
  }

  /** Erased or expired content may not be handed out any more. False when the epoch is known. */
  raiseEpoch(epoch: number): boolean {
    if (epoch <= this.#epoch) return false;
    this.#epoch = epoch;
    this.#blankings += 1;
    this.#history.clear();
    this.#early.clear(); // pushed before, perhaps with the words: read again like a hole
    return true;
  }

  forget(messageId: string): void {
    this.#blankings += 1;
    this.#history.forget(messageId);
  }

  /** All frames after the seq, if they are at hand. */
  recentAfter(seq: number): readonly EncodedFrame[] | undefined {
    return this.#history.after(seq);
  }

  /**
   * At most so many frames after the seq, from Postgres. None when others read just now, or when Postgres has none to
   * give, after a while: ask again.
   */
  async readAfter(seq: number, limit: number): Promise<readonly EncodedFrame[]> {
    // Many come back at once after a restart, to nearly the same place: one reads, the others find it here.
    if (this.#reading !== undefined) {
      await this.#reading;
      return this.#history.after(seq) ?? [];
    }
    const [epoch, blankings] = [this.#epoch, this.#blankings];
    const read = this.#read(seq, limit);
    this.#reading = read.then(() => undefined);
    const frames = await read;
    this.#reading = undefined;
    if (epoch !== this.#epoch) return [];
    const encoded = frames.map(encode);
    if (blankings === this.#blankings) this.#history.prepend(encoded, this.#seq);
    return encoded;
  }

  close(): void {
    this.#isClosed = true;
    this.#history.clear();
  }

  /** Never rejects: no frames after a wait when Postgres has none to give. */
  async #read(after: number, limit: number, attempt = 0): Promise<readonly DurableFrame[]> {
    try {
      const frames = await this.#options.readFrames(after, limit);
      if (frames[0]?.seq === after + 1) return frames;
    } catch (error) {
      this.#options.onFault(error);
    }
    await wait(fullJitterMs(attempt, readBackOff));
    return [];
  }

  async #fill(): Promise<void> {
    this.#isFilling = true;
    for (let attempt = 0; this.#knownSeq > this.#seq && !this.#isClosed; attempt += 1) {
      const [before, epoch] = [this.#seq, this.#epoch];
      const frames = await this.#read(this.#seq, limits.resumeFrames, attempt);
      // Read before the erasure that has been told meanwhile: it may have the words.
      if (epoch !== this.#epoch) continue;
      for (const frame of frames) if (frame.seq === this.#seq + 1) this.#append(frame);
      this.#appendEarly();
      if (this.#seq > before) attempt = 0;
    }
    this.#isFilling = false;
  }

  #append(frame: DurableFrame): void {
    const encoded = encode(frame);
    this.#seq = frame.seq;
    this.#history.push(encoded);
    if (frame.type === 'message_deleted') this.forget(frame.messageId);
    this.#options.onFrame(frame, encoded);
  }

  #appendEarly(): void {
    for (let next = this.#early.get(this.#seq + 1); next !== undefined; next = this.#early.get(this.#seq + 1))
      this.#append(next);
    for (const seq of this.#early.keys()) if (seq <= this.#seq) this.#early.delete(seq);
  }
}

function encode(frame: DurableFrame): EncodedFrame {
  return { seq: frame.seq, bytes: encodeFrame(frame), messageId: wordsOf(frame) };
}

function wordsOf(frame: DurableFrame): string | null {
  if (frame.type === 'message') return frame.message.id;
  return frame.type === 'message_edited' ? frame.messageId : null;
}
