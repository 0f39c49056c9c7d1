/** Said again every few seconds while somebody types; silence for this long means they stopped. */
const typingForMs = 6_000;

/** Who is typing right now. */
export class TypingPeople {
  #ids = $state.raw<readonly string[]>([]);
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  get ids(): readonly string[] {
    return this.#ids;
  }

  start(userId: string): void {
    clearTimeout(this.#timers.get(userId));
    this.#timers.set(
      userId,
      setTimeout(() => this.stop(userId), typingForMs),
    );
    if (!this.#ids.includes(userId)) this.#ids = [...this.#ids, userId];
  }

  stop(userId: string): void {
    clearTimeout(this.#timers.get(userId));
    this.#timers.delete(userId);
    if (this.#ids.includes(userId)) this.#ids = this.#ids.filter((id) => id !== userId);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#ids = [];
  }
}
