import {
  durableFrameSchema,
  pageOf,
  participantView,
  receiptView,
  roomSummaryView,
  roomView,
  type CommandAnswer,
  type FetchedFrames,
  type NotificationLevel,
  type ParticipantView,
  type ReceiptView,
  type RoomRole,
  type RoomSettings,
  type RoomSummaryView,
  type RoomView,
  type Visibility,
} from '@verbatim/shared/browser';
import { hasCode } from '../problems/faults.ts';
import { Commands } from './commands.ts';
import type { HttpClient } from './http-client.ts';
import { allItems, pageSize } from './pages.ts';

export interface RoomDetailsChange {
  readonly name?: string;
  readonly description?: string;
  readonly topic?: string;
  readonly visibility?: Visibility;
  readonly settings?: Partial<RoomSettings>;
}
export type NewRoom =
  | {
      readonly kind: 'channel' | 'group';
      readonly id: string;
      readonly name: string;
      readonly visibility: Visibility;
      readonly description?: string;
      readonly participantIds?: readonly string[];
    }
  | { readonly kind: 'direct'; readonly participantIds: readonly [string] };

const summaries = pageOf(roomSummaryView);
const participants = pageOf(participantView);
const receipts = pageOf(receiptView);
const frames = pageOf(durableFrameSchema);

export class RoomsApi {
  readonly #http: HttpClient;
  readonly #commands: Commands;

  constructor(http: HttpClient) {
    this.#http = http;
    this.#commands = new Commands(http);
  }

  mine(): Promise<RoomSummaryView[]> {
    return allItems((cursor) =>
      this.#http.get(summaries, '/chat/rooms', { query: { limit: pageSize, cursor } }),
    );
  }

  /** Public channels that one is not in. */
  open(): Promise<RoomSummaryView[]> {
    const query = { discover: true, limit: pageSize };
    return allItems((cursor) => this.#http.get(summaries, '/chat/rooms', { query: { ...query, cursor } }));
  }

  one(roomId: string): Promise<RoomView> {
    return this.#http.get(roomView, `/chat/rooms/${roomId}`);
  }

  participants(roomId: string): Promise<ParticipantView[]> {
    const path = `/chat/rooms/${roomId}/participants`;
    return allItems((cursor) => this.#http.get(participants, path, { query: { limit: pageSize, cursor } }));
  }

  receipts(roomId: string): Promise<ReceiptView[]> {
    const path = `/chat/rooms/${roomId}/receipts`;
    return allItems((cursor) => this.#http.get(receipts, path, { query: { limit: pageSize, cursor } }));
  }

  /** What the live client missed; a room that may not be read any more is `gone`. */
  async frames(roomId: string, after: number): Promise<FetchedFrames> {
    try {
      const path = `/chat/rooms/${roomId}/events`;
      const page = await this.#http.get(frames, path, { query: { after, limit: pageSize } });
      return { status: 'frames', frames: page.items };
    } catch (fault) {
      if (hasCode(fault, 'not-found') || hasCode(fault, 'forbidden')) return { status: 'gone' };
      throw fault;
    }
  }

  create(room: NewRoom): Promise<CommandAnswer> {
    return this.#commands.post('/chat/rooms', room);
  }

  change(roomId: string, change: RoomDetailsChange): Promise<CommandAnswer> {
    return this.#commands.patch(`/chat/rooms/${roomId}`, change);
  }

  setArchived(roomId: string, archived: boolean): Promise<CommandAnswer> {
    return this.#commands.post(`/chat/rooms/${roomId}/${archived ? 'archive' : 'unarchive'}`);
  }

  join(roomId: string): Promise<CommandAnswer> {
    return this.#commands.post(`/chat/rooms/${roomId}/join`);
  }

  leave(roomId: string): Promise<CommandAnswer> {
    return this.#commands.post(`/chat/rooms/${roomId}/leave`);
  }

  add(roomId: string, userId: string): Promise<CommandAnswer> {
    return this.#commands.post(`/chat/rooms/${roomId}/participants`, { userId });
  }

  setRole(roomId: string, userId: string, role: RoomRole): Promise<CommandAnswer> {
    return this.#commands.patch(`/chat/rooms/${roomId}/participants/${userId}`, { role });
  }

  remove(roomId: string, userId: string): Promise<CommandAnswer> {
    return this.#commands.delete(`/chat/rooms/${roomId}/participants/${userId}`);
  }

  markUnread(roomId: string, seq: number): Promise<CommandAnswer> {
    return this.#commands.put(`/chat/rooms/${roomId}/unread`, { seq });
  }

  markRead(roomId: string, seq: number): Promise<CommandAnswer> {
    return this.#commands.put(`/chat/rooms/${roomId}/read`, { seq });
  }

  setNotifications(roomId: string, level: NotificationLevel): Promise<CommandAnswer> {
    return this.#commands.put(`/chat/rooms/${roomId}/notifications`, { level });
  }

  setFavourite(roomId: string, favourite: boolean): Promise<CommandAnswer> {
    const path = `/chat/rooms/${roomId}/favourite`;
    return favourite ? this.#commands.put(path) : this.#commands.delete(path);
  }
}
