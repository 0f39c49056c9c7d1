import type { SearchHitView } from '@verbatim/shared/browser';
import type { MessagesApi } from '../api/messages-api.ts';

/** One search: its hits so far, and more on demand. A newer question drops the answer to the older. */
export class SearchState {
  readonly #api: MessagesApi;
  #hits = $state.raw<readonly SearchHitView[]>([]);
  #cursor = $state.raw<string | null>(null);
  #status = $state<'idle' | 'loading' | 'ready' | 'failed'>('idle');
  #fault = $state.raw<unknown>(undefined);
  #asked = '';
  #running: AbortController | undefined;

  constructor(api: MessagesApi) {
    this.#api = api;
  }

  get hits(): readonly SearchHitView[] {
    return this.#hits;
  }

  get status(): 'idle' | 'loading' | 'ready' | 'failed' {
    return this.#status;
  }

  get fault(): unknown {
    return this.#fault;
  }

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  async ask(q: string): Promise<void> {
    this.#running?.abort();
    this.#asked = q;
    this.#hits = [];
    this.#cursor = null;
    this.#status = 'idle';
    if (q.trim() !== '') await this.#fetch(undefined);
  }

  async more(): Promise<void> {
    if (this.#cursor !== null && this.#status === 'ready') await this.#fetch(this.#cursor);
  }

  async #fetch(cursor: string | undefined): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    this.#status = 'loading';
    try {
      const page = await this.#api.search(this.#asked, cursor, running.signal);
      if (running.signal.aborted) return;
      this.#hits = [...this.#hits, ...page.items];
      this.#cursor = page.nextCursor;
      this.#status = 'ready';
    } catch (fault) {
      if (running.signal.aborted) return;
      this.#fault = fault;
      this.#status = 'failed';
    }
  }
}
