/** Goes round what there is, a part at a time; what comes or goes meanwhile is seen in the next round. */
export class Slices<Item> {
  readonly #all: () => Iterable<Item>;
  readonly #size: number;
  #rest: Item[] = [];

  constructor(all: () => Iterable<Item>, size: number) {
    this.#all = all;
    this.#size = size;
  }

  /** Whether the round is not over yet. */
  get isUnderWay(): boolean {
    return this.#rest.length > 0;
  }

  next(): readonly Item[] {
    if (this.#rest.length === 0) this.#rest = [...this.#all()];
    const slice = this.#rest.slice(0, this.#size);
    this.#rest = this.#rest.slice(this.#size);
    return slice;
  }

  restart(): void {
    this.#rest = [];
  }
}
