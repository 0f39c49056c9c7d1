import { createContext } from 'svelte';

export type OpenDialog =
  | { readonly kind: 'switcher' | 'create-room' | 'new-direct' | 'shortcuts' | 'invite' }
  | { readonly kind: 'add-people'; readonly roomId: string }
  | {
      readonly kind: 'confirm';
      readonly title: string;
      readonly text: string;
      readonly action: string;
      readonly run: () => Promise<void>;
    };

/** The one dialog that may be open, whoever asked for it. */
export class Dialogue {
  #open = $state.raw<OpenDialog | null>(null);

  get current(): OpenDialog | null {
    return this.#open;
  }

  show(dialog: OpenDialog): void {
    this.#open = dialog;
  }

  close(): void {
    this.#open = null;
  }
}

export const [getDialogue, provideDialogue] = createContext<Dialogue>();
