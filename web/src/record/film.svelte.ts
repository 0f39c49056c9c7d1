import type { AuditEntryView } from '@verbatim/shared/browser';
import { densityOf } from './density.ts';
import { afterChange, type PastMessage, type PastRoom } from './past-room.ts';

export const speeds = [1, 10, 100] as const;
export type Speed = (typeof speeds)[number];

const bucketCount = 96;
/** Nights are not watched at their length. */
const maxWaitMs = 1_500;
/** The room is kept at every so many changes: going back costs no more than that many steps. */
const keyFrameEvery = 200;

/** A room's changes as a film: where it stands, forwards and back, at 1, 10 or 100 times its pace. */
export class Film {
  /** Those that one can see: a step of the film is never empty. */
  readonly changes: readonly AuditEntryView[];
  /** There was more than could be read at once. */
  readonly isCut: boolean;
  /** As they read once everything has happened. */
  readonly messagesAtEnd: ReadonlyMap<string, PastMessage>;
  readonly #keyFrames: PastRoom[];
  #at = $state(0);
  #isPlaying = $state(false);
  #speed = $state<Speed>(10);
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly room: PastRoom = $derived.by(() => this.#roomAt(this.#at));
  readonly current: AuditEntryView | undefined = $derived.by(() => this.changes[this.#at - 1]);

  constructor(start: PastRoom, entries: readonly AuditEntryView[], isCut: boolean) {
    const changes: AuditEntryView[] = [];
    this.changes = changes;
    this.isCut = isCut;
    this.#keyFrames = [start];
    let room = start;
    for (const entry of entries) {
      const next = afterChange(room, entry);
      if (next === room) continue;
      room = next;
      changes.push(entry);
      if (changes.length % keyFrameEvery === 0) this.#keyFrames.push(room);
    }
    this.#at = changes.length;
    this.messagesAtEnd = new Map(
      room.rows.flatMap((row) => (row.kind === 'message' ? [[row.message.id, row.message] as const] : [])),
    );
  }

  /** How many of the changes have happened. */
  get at(): number {
    return this.#at;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  get speed(): Speed {
    return this.#speed;
  }

  get density(): readonly number[] {
    return densityOf(
      this.changes.map(({ at }) => Date.parse(at)),
      bucketCount,
    );
  }

  /** Where on the time line a change stands, 0 to 1. */
  partAt(at: number): number {
    const [first, last] = [this.#msOf(1), this.#msOf(this.changes.length)];
    return last === first ? 1 : (this.#msOf(Math.max(1, at)) - first) / (last - first);
  }

  seek(at: number): void {
    this.#at = Math.max(0, Math.min(this.changes.length, at));
  }

  /** To the last change before this part of the time line. */
  seekPart(part: number): void {
    let at = 0;
    while (at < this.changes.length && this.partAt(at + 1) <= part) at += 1;
    this.seek(at);
  }

  setSpeed(speed: Speed): void {
    this.#speed = speed;
  }

  toggle(): void {
    if (this.#isPlaying) {
      this.pause();
      return;
    }
    if (this.#at === this.changes.length) this.seek(0);
    this.#isPlaying = true;
    this.#next();
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.#isPlaying = false;
  }

  #next(): void {
    if (this.#at >= this.changes.length) {
      this.pause();
      return;
    }
    const apartMs = this.#at === 0 ? 0 : this.#msOf(this.#at + 1) - this.#msOf(this.#at);
    this.#timer = setTimeout(
      () => {
        this.seek(this.#at + 1);
        this.#next();
      },
      Math.min(maxWaitMs, apartMs / this.#speed),
    );
  }

  #msOf(at: number): number {
    return new Date(this.changes[at - 1]?.at ?? 0).getTime();
  }

  #roomAt(at: number): PastRoom {
    const frame = Math.floor(at / keyFrameEvery);
    const start = this.#keyFrames[frame] ?? { rows: [] };
    return this.changes.slice(frame * keyFrameEvery, at).reduce(afterChange, start);
  }
}
