import type { ReadingEvent } from '@verbatim/shared';
import type { CommandContext } from '../deciding/command-context.ts';
import type { Outcome } from '../deciding/command-runner.ts';

type Marked = Outcome<ReadingEvent>;
type Write = (context: CommandContext, roomId: string, seq: number) => Promise<Marked>;

/** What follows a mark within the window: only the furthest is written, when the window ends. */
interface Pending {
  readonly context: CommandContext;
  seq: number;
  readonly written: Promise<Marked>;
  readonly writeNow: () => void;
}

const windowMs = 2_000;

/**
 * Somebody who scrolls marks a room read many times a second; the log gets at most one mark in two seconds of each
 * person and room. The first is written at once. Later ones wait for the end of the window and are written as one,
 * the furthest; every caller is answered only when a mark at least as far as theirs is durable.
 */
export class ReadMarks {
  readonly #write: Write;
  readonly #windows = new Map<string, { pending: Pending | undefined; timer: NodeJS.Timeout }>();

  constructor(write: Write) {
    this.#write = write;
  }

  mark(context: CommandContext, roomId: string, seq: number): Promise<Marked> {
    const name = `${roomId}|${context.actorId}`;
    const window = this.#windows.get(name);
    if (window === undefined) {
      this.#open(name, roomId);
      return this.#write(context, roomId, seq);
    }
    window.pending ??= this.#wait(context, roomId);
    window.pending.seq = Math.max(window.pending.seq, seq);
    return window.pending.written;
  }

  /** Writes now what waits of a person and room, so that what they do next comes after it in the log too. */
  async settle(actorId: string, roomId: string): Promise<void> {
    const window = this.#windows.get(`${roomId}|${actorId}`);
    const pending = window?.pending;
    if (window === undefined || pending === undefined) return;
    window.pending = undefined;
    pending.writeNow();
    await Promise.allSettled([pending.written]); // a failure is told to those who asked
  }

  /** Writes what waits. */
  async stop(): Promise<void> {
    const waiting: Promise<Marked>[] = [];
    for (const { pending, timer } of this.#windows.values()) {
      clearTimeout(timer);
      if (pending === undefined) continue;
      pending.writeNow();
      waiting.push(pending.written);
    }
    this.#windows.clear();
    await Promise.allSettled(waiting); // each failure is told to those who asked
  }

  #open(name: string, roomId: string): void {
    const timer = setTimeout(() => {
      const pending = this.#windows.get(name)?.pending;
      this.#windows.delete(name);
      if (pending === undefined) return;
      this.#open(name, roomId);
      pending.writeNow();
    }, windowMs);
    this.#windows.set(name, { pending: undefined, timer });
  }

  #wait(context: CommandContext, roomId: string): Pending {
    let writeNow: () => void = () => undefined;
    const isTime = new Promise<void>((resolve) => {
      writeNow = resolve;
    });
    const pending: Pending = {
      context,
      seq: 0,
      writeNow,
      written: isTime.then(() => this.#write(context, roomId, pending.seq)),
    };
    return pending;
  }
}
