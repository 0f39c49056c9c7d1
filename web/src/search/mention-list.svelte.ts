import { callsPerson, type DurableFrame, type Page, type PlacedMessageView } from '@verbatim/shared/browser';
import type { MessagesApi } from '../api/messages-api.ts';
import { pageSize } from '../api/pages.ts';

const firstPageSize = 30;

type MentionStatus = 'idle' | 'loading' | 'ready' | 'failed';

/** Who called me, as far back as was asked for. What is shown stays there while it is asked for again. */
export class MentionList {
  readonly #api: MessagesApi;
  readonly #myId: string;
  #mentions = $state.raw<readonly PlacedMessageView[]>([]);
  #cursor = $state.raw<string | null>(null);
  #status = $state<MentionStatus>('idle');
  #fault = $state.raw<unknown>(undefined);
  #isOutdated = false;

  constructor(api: MessagesApi, myId: string) {
    this.#api = api;
    this.#myId = myId;
  }

  get mentions(): readonly PlacedMessageView[] {
    return this.#mentions;
  }

  get status(): MentionStatus {
    return this.#status;
  }

  get fault(): unknown {
    return this.#fault;
  }

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  /** Asks for the newest anew, as many as there are up to a page's limit; once more, if somebody wants that while it is under way. */
  async load(): Promise<void> {
    this.#isOutdated = true;
    if (this.#status === 'loading') return;
    while (this.#isOutdated) {
      this.#isOutdated = false;
      const limit = Math.min(Math.max(this.#mentions.length, firstPageSize), pageSize);
      await this.#take([], this.#api.mentions(limit));
    }
  }

  async more(): Promise<void> {
    if (this.#cursor === null || this.#status === 'loading') return;
    await this.#take(this.#mentions, this.#api.mentions(firstPageSize, this.#cursor));
    if (this.#isOutdated) await this.load();
  }

  /** Somebody calls, or what they said has changed. */
  applyFrame(frame: DurableFrame): void {
    if (this.#concerns(frame)) void this.load();
  }

  #concerns(frame: DurableFrame): boolean {
    switch (frame.type) {
      case 'message':
        return frame.message.author.id !== this.#myId && callsPerson(frame.message.mentions, this.#myId);
      case 'message_edited':
        return callsPerson(frame.mentions, this.#myId) || this.#has(frame.messageId);
      case 'message_deleted':
        return this.#has(frame.messageId);
      default:
        return false;
    }
  }

  readonly #has = (messageId: string): boolean =>
    this.#mentions.some(({ message }) => message.id === messageId);

  async #take(before: readonly PlacedMessageView[], answer: Promise<Page<PlacedMessageView>>): Promise<void> {
    this.#status = 'loading';
    try {
      const { items, nextCursor } = await answer;
      this.#mentions = [...before, ...items];
      this.#cursor = nextCursor;
      this.#status = 'ready';
    } catch (fault) {
      this.#fault = fault;
      this.#status = 'failed';
    }
  }
}
