import {
  applyFrame,
  insertPage,
  type DurableFrame,
  type LiveClient,
  type MessageView,
  type MessageWindow,
  type ParticipantView,
  type ReceiptView,
  type RoomReplica,
  type RoomSummaryView,
} from '@verbatim/shared/browser';
import type { MessagesApi } from '../api/messages-api.ts';
import type { RoomsApi } from '../api/rooms-api.ts';
import { hasCode } from '../problems/faults.ts';
import type { RoomList } from '../rooms/room-list.svelte.ts';
import { derivedOf } from './derived-of.ts';
import { fetchRoom } from './fetch-room.ts';
import { OpenThread } from './open-thread.svelte.ts';
import { withFrames, withNewest } from './replica-stretch.ts';
import { TypingPeople } from './typing.svelte.ts';

export interface RoomSources {
  readonly rooms: RoomsApi;
  readonly messages: MessagesApi;
  readonly list: RoomList;
  readonly live: LiveClient;
  readonly myId: string;
}

type Side = 'before' | 'after';
type Status = 'loading' | 'ready' | 'gone' | { readonly fault: unknown };

const maxTriesPerPage = 3;
/** Whoever follows the newest messages all day holds no more than this many of them; a few are let go at a time. */
const maxFollowed = 600;
const keptOfFollowed = 400;
/** What stays of a room that is not on the screen: a screen of it, and the way to more. */
const keptAside = 60;
const maxAside = 120;

/** The room on the screen: a replica that frames keep current, the stretch of it that is held, who reads and types. */
export class OpenRoom {
  readonly roomId: string;
  readonly typing = new TypingPeople();
  readonly #sources: RoomSources;
  #replica = $state.raw<RoomReplica | undefined>(undefined);
  #receipts = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** What was heard since receipts were asked for: as new as what is fetched, or newer. */
  readonly #readMeanwhile = new Map<string, number>();
  #status = $state.raw<Status>('loading');
  /** Where reading had got to when the room was opened: the line stays there while one reads on. */
  #unreadAfterSeq = $state.raw<number | null>(null);
  readonly #quoted = new Map<string, Promise<MessageView>>();
  readonly #extending = new Map<Side, Promise<void>>();
  #unreadAtOpening = $state(0);
  #isReadAlong = false;
  #isHeldUnread = false;
  /** Somebody looks at this page: what comes is seen, and needs no line. */
  #isWatched = true;
  #thread = $state.raw<OpenThread | undefined>(undefined);
  #loads = 0;
  /** What came while a load was under way: what was fetched may be from before it. */
  #meanwhile: DurableFrame[] | undefined;
  #hasFailed = false;
  #isAside = false;
  /** Where somebody reads; undefined at the end, where one follows what comes. */
  #readingAt: number | undefined;

  // Not `$derived`: that belongs to the component in which it is made, and a room outlives its view.
  readonly #messages = derivedOf((held: MessageWindow['messages']) => held.map(({ view }) => view));
  readonly #byId = derivedOf(
    (messages: readonly MessageView[]): ReadonlyMap<string, MessageView> =>
      new Map(messages.map((message) => [message.id, message])),
  );
  readonly #participants = derivedOf((participants: RoomReplica['participants']) => [
    ...participants.values(),
  ]);

  constructor(roomId: string, sources: RoomSources) {
    this.roomId = roomId;
    this.#sources = sources;
  }

  get messages(): readonly MessageView[] {
    return this.#messages(this.#replica?.window.messages ?? none);
  }

  get byId(): ReadonlyMap<string, MessageView> {
    return this.#byId(this.messages);
  }

  get lastOfMine(): MessageView | undefined {
    return this.messages.findLast(
      ({ author, threadOf }) => author.id === this.#sources.myId && threadOf === null,
    );
  }

  get participants(): readonly ParticipantView[] {
    return this.#participants(this.#replica?.participants ?? nobody);
  }

  get replica(): RoomReplica | undefined {
    return this.#replica;
  }

  get status(): Status {
    return this.#status;
  }

  get thread(): OpenThread | undefined {
    return this.#thread;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get receipts(): ReadonlyMap<string, number> {
    return this.#receipts;
  }

  get unreadAfterSeq(): number | null {
    return this.#unreadAfterSeq;
  }

  /** How many messages were unread when the room was opened. */
  get unreadAtOpening(): number {
    return this.#unreadAtOpening;
  }

  get reachesStart(): boolean {
    return this.#replica?.window.reachesStart ?? false;
  }

  get reachesEnd(): boolean {
    return this.#replica?.window.reachesEnd ?? false;
  }

  /** The newest page, or the one around a seq. */
  async load(around?: number): Promise<void> {
    this.#stopLoading();
    const load = this.#loads;
    this.#meanwhile = [];
    this.#readMeanwhile.clear();
    this.#readingAt = around;
    const { list, live } = this.#sources;
    if (this.#replica === undefined) this.#status = 'loading';
    try {
      const { room, replica, receipts } = await fetchRoom(this.#sources, this.roomId, around);
      if (load !== this.#loads) return;
      this.#replica = replica && withFrames(replica, this.#meanwhile);
      this.#takeReceipts(receipts);
      if (this.#status === 'loading') this.#markUnread(room);
      this.#isReadAlong = room.role === null;
      if (this.#isReadAlong) live.join(this.roomId);
      list.put(room, this.#replica?.seq);
      this.#status = 'ready';
      this.#hasFailed = false;
    } catch (fault) {
      if (load !== this.#loads) return;
      this.#hasFailed = true;
      if (this.#replica === undefined) this.#status = hasCode(fault, 'not-found') ? 'gone' : { fault };
    } finally {
      if (load === this.#loads) this.#meanwhile = undefined;
    }
  }

  /** What is held is no longer true: afresh, where one is reading. */
  reload(): Promise<void> {
    return this.load(this.#readingAt);
  }

  /** The page before the first message held, or after the last; of each side one at a time. */
  extend(side: Side): Promise<void> {
    const underWay = this.#extending.get(side);
    if (underWay !== undefined) return underWay;
    if (side === 'before' ? this.reachesStart : this.reachesEnd) return Promise.resolve();
    const extending = this.#fetchPage(side).finally(() => {
      if (this.#extending.get(side) === extending) this.#extending.delete(side);
    });
    this.#extending.set(side, extending);
    return extending;
  }

  applyFrame(frame: DurableFrame): void {
    this.#meanwhile?.push(frame);
    if (this.#replica === undefined) return;
    this.#replica = this.#withoutLongAgo(applyFrame(this.#replica, frame));
    this.#thread?.applyFrame(frame);
    if (frame.type !== 'message') return;
    this.typing.stop(frame.message.author.id);
    if (!this.#isWatched && frame.message.author.id !== this.#sources.myId)
      this.#unreadAfterSeq ??= frame.seq - 1;
  }

  /** @param isWatched whether somebody looks. A line that was seen is gone when they come back. */
  watch(isWatched: boolean): void {
    if (this.#isWatched && !isWatched && !this.#isHeldUnread) this.#unreadAfterSeq = null;
    this.#isWatched = isWatched;
  }

  applyRead(userId: string, readSeq: number): void {
    this.#readMeanwhile.set(userId, readSeq);
    this.#receipts = new Map(this.#receipts).set(userId, readSeq);
  }

  /** A message outside what is held, for the line that quotes it. Asked for once, however often it is drawn. */
  quoted(messageId: string): Promise<MessageView> {
    const known = this.#quoted.get(messageId);
    if (known !== undefined) return known;
    const fetching = this.#sources.messages.one(messageId);
    this.#quoted.set(messageId, fetching);
    return fetching;
  }

  /** The line goes to before this message, and nothing is read by itself until one comes back. */
  holdUnread(seq: number): void {
    this.#unreadAfterSeq = seq - 1;
    this.#isHeldUnread = true;
    this.#sources.live.takeBackRead(this.roomId, seq - 1);
  }

  /** Somebody has this message before their eyes; undefined: the newest one. */
  readingAt(seq: number | undefined): void {
    this.#readingAt = seq;
  }

  /** Everything up to here has been seen. */
  read(seq: number): void {
    const summary = this.#sources.list.get(this.roomId);
    if (this.#isHeldUnread || summary === undefined || summary.role === null || seq <= summary.readSeq)
      return;
    this.#sources.live.markRead(this.roomId, seq);
    // Nothing is left to be counted: no need to wait for the server to say so.
    if (seq >= summary.lastSeq) this.#sources.list.applyRead(this.roomId, this.#sources.myId, seq);
  }

  /** Said outright: all is read, and the line goes. */
  readAll(): void {
    this.#isHeldUnread = false;
    this.#unreadAfterSeq = null;
    this.read(this.#replica?.seq ?? 0);
  }

  openThread(rootId: string | undefined): void {
    if (this.#thread?.rootId === rootId) return;
    this.#thread = rootId === undefined ? undefined : new OpenThread(rootId, this, this.#sources.messages);
    void this.#thread?.load();
  }

  gone(): void {
    this.#status = 'gone';
  }

  /**
   * Its view goes, and what is held of it may stay: frames keep it current.
   * @returns whether it can come back; otherwise it is to be closed. What was to be fetched afresh is not true any more.
   */
  setAside(): boolean {
    // Whoever comes back at once finds as read what they saw.
    this.#sources.live.hurry();
    const replica = this.#replica;
    const isTrue = this.#status === 'ready' && this.#meanwhile === undefined && !this.#hasFailed;
    if (!isTrue || replica?.window.reachesEnd !== true || this.#isReadAlong) return false;
    this.#stopLoading();
    this.#isAside = true;
    this.typing.clear();
    this.#thread = undefined;
    this.#readingAt = undefined;
    this.#replica = withNewest(replica, keptAside);
    return true;
  }

  /** On the screen again, as it stands now. */
  comeBack(): void {
    const { list, rooms } = this.#sources;
    this.#isAside = false;
    this.#isHeldUnread = false;
    this.#isWatched = true;
    this.#markUnread(list.get(this.roomId));
    this.#readMeanwhile.clear();
    // Who has read what is said once, to those who are there; nobody waits for it.
    void rooms.receipts(this.roomId).then(
      (receipts) => this.#takeReceipts(receipts),
      () => (this.#hasFailed = true),
    );
  }

  /** Whether what is held is of the room as it is now: an erasure begins a new epoch. */
  get isOfThisEpoch(): boolean {
    return this.#replica?.epoch === this.#sources.list.get(this.roomId)?.epoch;
  }

  /** Whether it is the next frame of what is held, or in already. */
  follows(frame: DurableFrame): boolean {
    return frame.seq <= (this.#replica?.seq ?? 0) + 1;
  }

  close(): void {
    this.#stopLoading();
    this.typing.clear();
    const { live, list } = this.#sources;
    if (!this.#isReadAlong) return;
    live.leave(this.roomId);
    if (list.get(this.roomId)?.role === null) list.remove(this.roomId);
  }

  /** What has scrolled far out of sight above, while one stays at the end, is fetched again when one goes there. */
  #withoutLongAgo(replica: RoomReplica): RoomReplica {
    const { messages } = replica.window;
    if (this.#isAside) return messages.length > maxAside ? withNewest(replica, keptAside) : replica;
    const isFollowing = this.#readingAt === undefined && this.#extending.size === 0;
    return isFollowing && messages.length > maxFollowed ? withNewest(replica, keptOfFollowed) : replica;
  }

  #stopLoading(): void {
    this.#loads += 1;
    this.#meanwhile = undefined;
    this.#extending.clear();
  }

  #takeReceipts(receipts: readonly ReceiptView[]): void {
    const fetched = receipts.map(({ userId, readSeq }) => [userId, readSeq] as const);
    this.#receipts = new Map([...fetched, ...this.#readMeanwhile]);
  }

  /** The line goes to where reading had got to. */
  #markUnread(room: Pick<RoomSummaryView, 'role' | 'unread' | 'readSeq'> | undefined): void {
    const hasUnread = room !== undefined && room.role !== null && room.unread > 0;
    this.#unreadAfterSeq = hasUnread ? room.readSeq : null;
    this.#unreadAtOpening = hasUnread ? room.unread : 0;
  }

  async #fetchPage(side: Side): Promise<void> {
    const load = this.#loads;
    for (let attempt = 0; attempt < maxTriesPerPage; attempt += 1) {
      const edge = side === 'before' ? this.messages[0] : this.messages.at(-1);
      if (edge === undefined) return;
      const page = await this.#sources.messages.page(this.roomId, { [side]: edge.seq });
      // Another stretch of the room is held by now: this page does not join it.
      if (this.#replica === undefined || load !== this.#loads) return;
      const replica = insertPage(this.#replica, page, side);
      // Undefined: so much has happened meanwhile that the page cannot be brought up to date; fetch it again.
      if (replica !== undefined) {
        this.#replica = replica;
        return;
      }
    }
  }
}

const none: MessageWindow['messages'] = [];
const nobody: RoomReplica['participants'] = new Map();
