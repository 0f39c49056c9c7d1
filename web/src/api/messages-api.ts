import {
  messagePageView,
  messageVersionView,
  messageView,
  pageOf,
  placedMessageView,
  searchHitView,
  type CommandAnswer,
  type MessagePageView,
  type MessageVersionView,
  type MessageView,
  type OutboxEntry,
  type Page,
  type PlacedMessageView,
  type SearchHitView,
  type SendOutcome,
} from '@verbatim/shared/browser';
import { ProblemFault } from '../problems/faults.ts';
import { Commands } from './commands.ts';
import type { HttpClient } from './http-client.ts';
import { allItems, pageSize } from './pages.ts';

/** Which part of a room's messages: the newest, those on one side of a seq, or those around it. */
export interface MessageStretch {
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
}

const messagesPerPage = 60;
const messages = pageOf(messageView);
const versions = pageOf(messageVersionView);
const mentions = pageOf(placedMessageView);
const hits = pageOf(searchHitView);

export class MessagesApi {
  readonly #http: HttpClient;
  readonly #commands: Commands;

  constructor(http: HttpClient) {
    this.#http = http;
    this.#commands = new Commands(http);
  }

  page(roomId: string, stretch: MessageStretch = {}): Promise<MessagePageView> {
    const query = { ...stretch, limit: messagesPerPage };
    return this.#http.get(messagePageView, `/chat/rooms/${roomId}/messages`, { query });
  }

  one(messageId: string): Promise<MessageView> {
    return this.#http.get(messageView, `/chat/messages/${messageId}`);
  }

  thread(messageId: string): Promise<MessageView[]> {
    const path = `/chat/messages/${messageId}/thread`;
    return allItems((cursor) => this.#http.get(messages, path, { query: { limit: pageSize, cursor } }));
  }

  history(messageId: string): Promise<MessageVersionView[]> {
    const path = `/chat/messages/${messageId}/history`;
    return allItems((cursor) => this.#http.get(versions, path, { query: { limit: pageSize, cursor } }));
  }

  pins(roomId: string): Promise<MessageView[]> {
    const path = `/chat/rooms/${roomId}/pins`;
    return allItems((cursor) => this.#http.get(messages, path, { query: { limit: pageSize, cursor } }));
  }

  mentions(limit: number, cursor?: string): Promise<Page<PlacedMessageView>> {
    return this.#http.get(mentions, '/chat/mentions', { query: { limit, cursor } });
  }

  search(q: string, cursor?: string, signal?: AbortSignal): Promise<Page<SearchHitView>> {
    const query = { q, cursor, limit: 30 };
    return this.#http.get(hits, '/chat/search', { query, ...(signal && { signal }) });
  }

  /** For the outbox: a message too large for a frame. What is no answer is no outcome either. */
  async send({ id, roomId, text, replyTo, threadOf }: OutboxEntry): Promise<SendOutcome> {
    try {
      const body = { id, text, replyTo, threadOf };
      const { position } = await this.#commands.post(`/chat/rooms/${roomId}/messages`, body);
      return { status: 'taken', position };
    } catch (fault) {
      if (fault instanceof ProblemFault) return { status: 'refused', problem: fault.problem };
      throw fault;
    }
  }

  edit(messageId: string, text: string): Promise<CommandAnswer> {
    return this.#commands.patch(`/chat/messages/${messageId}`, { text });
  }

  delete(messageId: string): Promise<CommandAnswer> {
    return this.#commands.delete(`/chat/messages/${messageId}`);
  }

  setReaction(messageId: string, emoji: string, isThere: boolean): Promise<CommandAnswer> {
    const path = `/chat/messages/${messageId}/reactions/${encodeURIComponent(emoji)}`;
    return isThere ? this.#commands.put(path) : this.#commands.delete(path);
  }

  setPinned(messageId: string, pinned: boolean): Promise<CommandAnswer> {
    const path = `/chat/messages/${messageId}/pin`;
    return pinned ? this.#commands.put(path) : this.#commands.delete(path);
  }
}
