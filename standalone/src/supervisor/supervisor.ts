import { Keeper } from './keeper.ts';
import type { Part } from './part.ts';

export interface SupervisorOptions {
  /** Started group by group, each group at once, and stopped in the opposite order. */
  readonly groups: readonly (readonly Part[])[];
  /** Told in a person's words what happened to the parts. */
  readonly report: (line: string) => void;
}

/** Keeps a set of parts running: each is restarted when it ends, and the others ride it out. */
export class Supervisor {
  readonly #groups: readonly (readonly Keeper[])[];

  constructor({ groups, report }: SupervisorOptions) {
    this.#groups = groups.map((parts) => parts.map((part) => new Keeper({ part, report })));
  }

  /** Resolves when every part is up; rejects with the fault of the first that did not come up. */
  async start(): Promise<void> {
    for (const group of this.#groups) await Promise.all(group.map((keeper) => keeper.start()));
  }

  /** Resolves when every part has ended. May be called at any time, also while `start` is under way. */
  async stop(): Promise<void> {
    for (const group of [...this.#groups].reverse()) await Promise.all(group.map((keeper) => keeper.stop()));
  }

  /** Ends every part at once; `stop` resolves when that is done. */
  kill(): void {
    for (const keeper of this.#groups.flat()) keeper.kill();
  }
}
