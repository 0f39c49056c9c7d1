/** Counts by key, forgetting keys at nought. */
export class Counts {
  readonly #byKey = new Map<string, number>();

  get(key: string): number {
    return this.#byKey.get(key) ?? 0;
  }

  add(key: string): void {
    this.#byKey.set(key, this.get(key) + 1);
  }

  remove(key: string): void {
    const count = this.get(key) - 1;
    if (count > 0) this.#byKey.set(key, count);
    else this.#byKey.delete(key);
  }
}
