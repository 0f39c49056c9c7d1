/** Which message shows its toolbar: the one under the pointer, with the focus, or being reacted to. */
export class ToolbarFocus {
  #hoveredKey = $state<string | null>(null);
  #activeKey = $state<string | null>(null);
  #reactingKey = $state<string | null>(null);

  get activeKey(): string | null {
    return this.#activeKey;
  }

  showsToolbar(key: string): boolean {
    return key === this.#hoveredKey || key === this.#activeKey || key === this.#reactingKey;
  }

  isReacting(key: string): boolean {
    return key === this.#reactingKey;
  }

  /** Opens the emoji picker of a message, or closes it. */
  react(key: string | null): void {
    this.#reactingKey = key;
  }

  hover(key: string | null): void {
    this.#hoveredKey = key;
  }

  activate(key: string | null): void {
    this.#activeKey = key;
  }
}
