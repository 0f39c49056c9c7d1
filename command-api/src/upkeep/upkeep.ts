import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@verbatim/shared';

/** Work that nobody waits for: finishing what a crash left, and clearing away what has expired. */
export interface Chore {
  readonly name: string;
  readonly everyMs: number;
  /** Does a bounded piece of it; may be run by several processes at once. */
  readonly run: () => Promise<void>;
}

/** Runs each chore at once and then again and again; a failure is logged and the next turn tries anew. */
export class Upkeep {
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #turns = new Map<string, Turn>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  start(chores: readonly Chore[]): void {
    for (const { name } of chores) this.#turns.set(name, new Turn());
    this.#running = Promise.all(chores.map((chore) => this.#repeat(chore)));
  }

  /** Has a chore run now, or once more if it is running. */
  wake(name: string): void {
    this.#turns.get(name)?.begin();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const turn of this.#turns.values()) turn.begin();
    await this.#running;
  }

  async #repeat({ name, everyMs, run }: Chore): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await run();
      } catch (error) {
        this.#logger.warn({ err: error, chore: name }, 'upkeep failed; it is tried again');
      }
      // Processes that were started together do not stay in step.
      await this.#turns.get(name)?.comes(everyMs * (0.75 + Math.random() / 2));
    }
  }
}

/** When a chore runs next: when its time has come, or before that when somebody asks for it. */
class Turn {
  #early = new AbortController();

  begin(): void {
    this.#early.abort();
  }

  async comes(withinMs: number): Promise<void> {
    const { signal } = this.#early;
    await delay(withinMs, undefined, { signal, ref: false }).catch(() => undefined); // its turn came early
    this.#early = new AbortController();
  }
}
