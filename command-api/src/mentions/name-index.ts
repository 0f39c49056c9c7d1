/** One spelling for all that differ in case or in how their accents are encoded. */
export function foldText(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll('ς', 'σ');
}

/** What people of one organization are called, to be found at a place in a text. */
export class NameIndex {
  readonly #nameOf = new Map<string, string>();
  readonly #idsOf = new Map<string, Set<string>>();
  /** How many names there are of each length, so that only lengths that exist are tried. */
  readonly #lengths = new Map<number, number>();
  #longestFirst: readonly number[] = [];

  has(userId: string): boolean {
    return this.#nameOf.has(userId);
  }

  /** @param displayName null for somebody who was erased and is called nothing any more. */
  set(userId: string, displayName: string | null): void {
    this.remove(userId);
    const name = displayName === null ? '' : foldText(displayName).trim();
    this.#nameOf.set(userId, name);
    if (name === '') return;
    const ids = this.#idsOf.get(name) ?? new Set();
    this.#idsOf.set(name, ids.add(userId));
    if (ids.size === 1) this.#count(name.length, 1);
  }

  /** The people whose name the folded text begins with, longest names first, each with what follows the name. */
  *matchesAt(folded: string): Generator<{ readonly userIds: ReadonlySet<string>; readonly length: number }> {
    for (const length of this.#longestFirst) {
      if (length > folded.length) continue;
      const userIds = this.#idsOf.get(folded.slice(0, length));
      if (userIds !== undefined) yield { userIds, length };
    }
  }

  get longestName(): number {
    return this.#longestFirst[0] ?? 0;
  }

  /** @returns whether the person was here. */
  remove(userId: string): boolean {
    const name = this.#nameOf.get(userId);
    if (name === undefined) return false;
    this.#nameOf.delete(userId);
    const ids = this.#idsOf.get(name);
    ids?.delete(userId);
    if (ids?.size === 0) {
      this.#idsOf.delete(name);
      this.#count(name.length, -1);
    }
    return true;
  }

  #count(length: number, change: number): void {
    const count = (this.#lengths.get(length) ?? 0) + change;
    if (count === 0) this.#lengths.delete(length);
    else this.#lengths.set(length, count);
    this.#longestFirst = [...this.#lengths.keys()].sort((one, other) => other - one);
  }
}
