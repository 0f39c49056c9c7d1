import { SvelteMap } from 'svelte/reactivity';
import type { KeyValueStorage } from '@verbatim/shared/browser';

/** What was typed and not sent, per room and thread; survives a reload. */
export class Drafts {
  readonly #storage: KeyValueStorage;
  readonly #prefix: string;
  readonly #texts = new SvelteMap<string, string>();

  constructor(storage: KeyValueStorage, userId: string) {
    this.#storage = storage;
    this.#prefix = `verbatim.draft.${userId}.`;
    for (let index = 0; index < storage.length; index += 1) {
      const key = storage.key(index);
      if (key?.startsWith(this.#prefix) !== true) continue;
      this.#texts.set(key.slice(this.#prefix.length), storage.getItem(key) ?? '');
    }
  }

  get(place: string): string {
    return this.#texts.get(place) ?? '';
  }

  has(place: string): boolean {
    return (this.#texts.get(place) ?? '').trim() !== '';
  }

  set(place: string, text: string): void {
    if (text === this.get(place)) return;
    if (text === '') {
      this.#texts.delete(place);
      this.#storage.removeItem(this.#prefix + place);
      return;
    }
    this.#texts.set(place, text);
    try {
      this.#storage.setItem(this.#prefix + place, text);
    } catch {
      // The storage is full or forbidden: the draft lives as long as this page.
    }
  }
}
