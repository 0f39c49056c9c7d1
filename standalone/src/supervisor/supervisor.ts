import { Keeper } from './keeper.ts';
import type { Part } from './part.ts';

export interface SupervisorOptions {
  /** Wave by wave, the parts of each at once; every part stands in both orders. */
  readonly startOrder: readonly (readonly Part[])[];
  readonly stopOrder: readonly (readonly Part[])[];
  /** Told in a person's words what happened to the parts. */
  readonly report: (line: string) => void;
}

/** Keeps a set of parts running: each is restarted when it ends, and the others ride it out. */
export class Supervisor {
  readonly #startOrder: readonly (readonly Keeper[])[];
  readonly #stopOrder: readonly (readonly Keeper[])[];

  constructor({ startOrder, stopOrder, report }: SupervisorOptions) {
    const keepers = new Map(startOrder.flat().map((part) => [part, new Keeper({ part, report })]));
    const keepersOf = (parts: readonly Part[]) => parts.flatMap((part) => keepers.get(part) ?? []);
    this.#startOrder = startOrder.map(keepersOf);
    this.#stopOrder = stopOrder.map(keepersOf);
  }

  /** Resolves when every part is up; rejects with the fault of the first that did not come up. */
  async start(): Promise<void> {
    for (const wave of this.#startOrder) await Promise.all(wave.map((keeper) => keeper.start()));
  }

  /** Resolves when every part has ended. May be called at any time, also while `start` is under way. */
  async stop(): Promise<void> {
    for (const wave of this.#stopOrder) await Promise.all(wave.map((keeper) => keeper.stop()));
  }

  /** Ends every part at once; `stop` resolves when that is done. */
  kill(): void {
    for (const keeper of this.#startOrder.flat()) keeper.kill();
  }
}
