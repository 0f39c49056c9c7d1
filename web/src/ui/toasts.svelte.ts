import type { ProblemDetails } from '@verbatim/shared/browser';
import { sentenceOf, sentenceOfProblem } from '../problems/sentence.ts';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'danger';
  readonly action?: { readonly label: string; readonly run: () => void };
}

const shownForMs = 8_000;
const maxToasts = 3;

/** Short notices at the edge of the screen, with a way to undo where there is one. */
export class Toasts {
  #items = $state.raw<readonly Toast[]>([]);
  #count = 0;

  get items(): readonly Toast[] {
    return this.#items;
  }

  show(text: string, action?: Toast['action']): void {
    this.#add({ text, tone: 'plain', ...(action && { action }) });
  }

  showFault(fault: unknown): void {
    this.#add({ text: sentenceOf(fault), tone: 'danger' });
  }

  showProblem(problem: ProblemDetails): void {
    this.#add({ text: sentenceOfProblem(problem), tone: 'danger' });
  }

  dismiss(id: number): void {
    this.#items = this.#items.filter((toast) => toast.id !== id);
  }

  #add(toast: Omit<Toast, 'id'>): void {
    const id = (this.#count += 1);
    this.#items = [...this.#items.slice(1 - maxToasts), { ...toast, id }];
    setTimeout(() => this.dismiss(id), shownForMs);
  }
}
