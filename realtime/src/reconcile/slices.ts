/** Goes round what there is, a part at a time; what comes or goes meanwhile is seen in the next round. */
export class Slices<Item> {
  readonly #all: () => Iterable<Item>;
  readonly #size: number;
  #rest: Item[] = [];

  constructor(all: () => Iterable<Item>, size: number) {
    this.#all = all;
    this.#size = size;
  }

  /** Goes through everything once, from the beginning. */
  async through(visit: (slice: readonly Item[]) => Promise<void>): Promise<void> {
    this.#rest = [];
    do await visit(this.next());
    while (this.#rest.length > 0);
  }

  next(): readonly Item[] {
    if (this.#rest.length === 0) this.#rest = [...this.#all()];
    const slice = this.#rest.slice(0, this.#size);
    this.#rest = this.#rest.slice(this.#size);
    return slice;
  }
}
