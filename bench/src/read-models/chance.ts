/** Chance that comes out the same each time. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not with, 1. */
  share(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.share() * count);
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** The first ones far more often: some rooms are busy, and some people talk much. */
  pickEarly<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.share() ** 2 * items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** One of the names by its share of `of`; undefined for what is left of it. */
  kind<Name extends string>(shares: Readonly<Record<Name, number>>, of: number): Name | undefined {
    let left = this.below(of);
    for (const name of Object.keys(shares) as Name[]) {
      left -= shares[name];
      if (left < 0) return name;
    }
    return undefined;
  }
}
