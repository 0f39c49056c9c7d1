/**
 * The commands of one connection: in each room one after another, as they were given, so that messages keep
 * their order; between rooms beside each other.
 */
export class CommandQueue {
  readonly #tails = new Map<string, Promise<void>>();
  #pending = 0;

  get pending(): number {
    return this.#pending;
  }

  /** `run` must not reject. Resolves when it is done and not pending any more. */
  add(roomId: string, run: () => Promise<void>): Promise<void> {
    this.#pending += 1;
    const tail = (this.#tails.get(roomId) ?? Promise.resolve()).then(run).then(() => {
      this.#pending -= 1;
      if (this.#tails.get(roomId) === tail) this.#tails.delete(roomId);
    });
    this.#tails.set(roomId, tail);
    return tail;
  }
}
