import { roomTitle } from '../rooms/room-title.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';
import { completionAt, rankByName, type CompletionQuery } from './completion.ts';

export interface CompletionOption {
  readonly key: string;
  readonly label: string;
  readonly note: string;
  readonly insert: string;
  /** Of a person, for the avatar. */
  readonly userId?: string;
}

const maxOptions = 8;

/** What is offered while one types `@`, `#` or `:`, and which of it is chosen. */
export class CompletionState {
  readonly #workspace: Workspace;
  readonly #roomId: () => string;
  #query = $state.raw<CompletionQuery | null>(null);
  #options = $state.raw<readonly CompletionOption[]>([]);
  #at = $state(0);

  constructor(workspace: Workspace, roomId: () => string) {
    this.#workspace = workspace;
    this.#roomId = roomId;
  }

  get query(): CompletionQuery | null {
    return this.#query;
  }

  get options(): readonly CompletionOption[] {
    return this.#options;
  }

  get at(): number {
    return this.#at;
  }

  look(text: string, caret: number): void {
    const query = completionAt(text, caret);
    this.#query = query;
    this.#at = 0;
    if (query === null) this.#options = [];
    else if (query.trigger === '@') this.#options = this.#people(query.typed);
    else if (query.trigger === '#') this.#options = this.#rooms(query.typed);
    else void this.#emoji(query);
  }

  close(): void {
    this.#query = null;
    this.#options = [];
  }

  /** True when the key was meant for the list. */
  takesKey(event: KeyboardEvent, choose: (insert: string) => void): boolean {
    const count = this.#options.length;
    if (count === 0) return false;
    switch (event.key) {
      case 'ArrowDown':
        this.#at = (this.#at + 1) % count;
        break;
      case 'ArrowUp':
        this.#at = (this.#at - 1 + count) % count;
        break;
      case 'Escape':
        this.close();
        break;
      case 'Enter':
      case 'Tab': {
        const option = this.#options[this.#at];
        if (option !== undefined) choose(option.insert);
        break;
      }
      default:
        return false;
    }
    event.preventDefault();
    return true;
  }

  #people(typed: string): CompletionOption[] {
    const { directory, openRoom, myId } = this.#workspace;
    const inRoom = new Set(openRoom?.participants.map(({ userId }) => userId));
    const people = directory.active.filter(({ id }) => id !== myId);
    const here = people.filter(({ id }) => inRoom.has(id));
    const others = people.filter(({ id }) => !inRoom.has(id));
    const ranked = [...rankByName(here, nameOf, typed), ...rankByName(others, nameOf, typed)].map(
      (person) => ({
        key: person.id,
        label: person.displayName,
        note: inRoom.has(person.id) ? '' : 'not in this room',
        insert: `@${person.displayName}`,
        userId: person.id,
      }),
    );
    const everybody = { key: 'room', label: 'room', note: 'everybody here', insert: '@room' };
    return [...ranked, ...('room'.startsWith(typed.toLowerCase()) ? [everybody] : [])].slice(0, maxOptions);
  }

  #rooms(typed: string): CompletionOption[] {
    const { list, directory, myId } = this.#workspace;
    const named = list.all.filter(
      ({ id, kind, name }) => kind !== 'direct' && name !== null && id !== this.#roomId(),
    );
    return rankByName(named, (room) => roomTitle(room, directory, myId), typed)
      .slice(0, maxOptions)
      .map((room) => ({
        key: room.id,
        label: `#${room.name ?? ''}`,
        note: room.topic,
        insert: `#${room.name ?? ''}`,
      }));
  }

  async #emoji(query: CompletionQuery): Promise<void> {
    const { searchEmoji } = await import('../emoji/catalogue.ts');
    // One may have typed on while it was loading.
    if (this.#query !== query) return;
    this.#options = searchEmoji(query.typed, maxOptions).map(({ emoji, names, label }) => ({
      key: emoji,
      label: `${emoji}  :${names[0] ?? label}:`,
      note: '',
      insert: emoji,
    }));
  }
}

const nameOf = (person: { readonly displayName: string }): string => person.displayName;
