import type { MessageView } from '@verbatim/shared/browser';
import { tick } from 'svelte';
import type { AnchoredScroll } from '../list/anchored-scroll.svelte.ts';
import type { MessageActions } from './message-actions.svelte.ts';
import { ToolbarFocus } from './toolbar-focus.svelte.ts';
import type { MessageRow } from './rows.ts';

const rowsPerPage = 10;
const steps: Readonly<Record<string, number>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  PageUp: -rowsPerPage,
  PageDown: rowsPerPage,
};

/** The message that the keyboard is at. It keeps its place through updates, and while it is out of sight. */
export class MessageFocus extends ToolbarFocus {
  readonly #scroll: AnchoredScroll<MessageRow>;
  readonly #rows: () => readonly MessageRow[];
  readonly #actions: MessageActions;

  constructor(
    scroll: AnchoredScroll<MessageRow>,
    rows: () => readonly MessageRow[],
    actions: MessageActions,
  ) {
    super();
    this.#scroll = scroll;
    this.#rows = rows;
    this.#actions = actions;
  }

  readonly onkeydown = (event: KeyboardEvent): void => {
    const { target, currentTarget } = event;
    if (!(target instanceof HTMLElement) || !(currentTarget instanceof HTMLElement)) return;
    // Buttons and text fields within a message have keys of their own.
    if (target !== currentTarget && target.dataset['message'] === undefined) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      void this.#move(currentTarget, step);
    } else if (this.#act(event.key)) event.preventDefault();
  };

  async #move(scroller: HTMLElement, step: number): Promise<void> {
    const rows = this.#rows();
    const at = rows.findIndex((row) => row.key === this.activeKey);
    const from = at < 0 ? (step < 0 ? this.#scroll.lastSeen + 1 : this.#scroll.firstSeen - 1) : at;
    const index = nextMessage(rows, from, step);
    const row = rows[index];
    if (row === undefined) return;
    this.activate(row.key);
    this.#scroll.reveal(index);
    await tick();
    scroller
      .querySelector<HTMLElement>(`[data-message="${CSS.escape(row.key)}"]`)
      ?.focus({ preventScroll: true });
  }

  #act(key: string): boolean {
    const message = this.#activeMessage();
    if (message === undefined) return false;
    const rights = this.#actions.rightsOver(message);
    switch (key) {
      case 'r':
        if (rights.answer) this.#actions.reply(message);
        return true;
      case 't':
        this.#actions.openThread(message);
        return true;
      case 'e':
        if (rights.edit) this.#actions.edit(message);
        return true;
      case 'u':
        this.#actions.markUnread(message);
        return true;
      case '+':
        if (rights.answer) this.react(message.id);
        return true;
      case 'Delete':
        if (rights.delete) this.#actions.delete(message);
        return true;
      default:
        return false;
    }
  }

  #activeMessage(): MessageView | undefined {
    const row = this.#rows().find(({ key }) => key === this.activeKey);
    return row !== undefined && 'message' in row ? row.message : undefined;
  }
}

/** The message so many rows on, or the last one on the way: days and lines are passed over. */
function nextMessage(rows: readonly MessageRow[], from: number, step: number): number {
  const direction = Math.sign(step);
  let found = -1;
  let left = Math.abs(step);
  for (let index = from + direction; left > 0 && index >= 0 && index < rows.length; index += direction) {
    const row = rows[index];
    if (row === undefined || !('message' in row)) continue;
    found = index;
    left -= 1;
  }
  return found;
}
