import {
  applyFrame,
  applyFrameToSummary,
  applyReadToSummary,
  createLiveClient,
  createTokenKeeper,
  fetchAgain,
  insertPage,
  openReplica,
  subprotocol,
  type DurableFrame,
  type FetchedFrames,
  type LiveClient,
  type LiveEvent,
  type RoomSummaryView,
  type SendOutcome,
  type TokenKeeper,
} from '@verbatim/shared/browser';
import { WebSocket } from 'ws';
import { Refused, type ChatApi } from '../services/chat-api.ts';
import { seenOf, summaryOf, type HeldRoom, type SeenRoom } from './seen-room.ts';

const retryEveryMs = 50;

/** A browser as far as its state goes: the live client, the reducers, and fetches when they are asked for. */
export class OracleClient {
  readonly api: ChatApi;
  readonly live: LiveClient;
  readonly #tokens: TokenKeeper;
  readonly #isOurs: (roomId: string) => boolean;
  readonly #rooms = new Map<string, HeldRoom>();
  /** Rooms and summaries being fetched; a newer fetch takes the place of an older. */
  readonly #loads = new Map<string, symbol>();
  readonly #refreshes = new Map<string, symbol>();
  readonly #sockets: WebSocket[] = [];
  #isTokenSpoilt = false;
  #isStopped = false;

  constructor(api: ChatApi, relayUrl: () => string, isOurs: (roomId: string) => boolean) {
    this.api = api;
    this.#isOurs = isOurs;
    const tokenNow = () => ({ token: api.accessToken, userId: api.userId, expiresAtMs: api.expiresAtMs });
    this.#tokens = createTokenKeeper(async () => {
      try {
        if (!this.#isTokenSpoilt) await api.refresh();
        this.#isTokenSpoilt = false;
        return tokenNow();
      } catch (error) {
        if (error instanceof Refused && error.problem.status === 401) return undefined; // the session has ended
        throw error;
      }
    }, {});
    this.#tokens.set(tokenNow());
    this.live = createLiveClient({
      userId: api.userId,
      tokens: this.#tokens,
      openSocket: () => {
        const socket = new WebSocket(relayUrl(), subprotocol);
        this.#sockets.push(socket);
        return socket;
      },
      fetchFrames: (roomId, after) => this.#fetchFrames(roomId, after),
      postMessage: (entry) => this.#postMessage(entry.roomId, entry.id, entry.text),
      storage: newStorage(),
      platform: {},
      isOnline: () => true,
    });
    this.live.events.subscribe((event) => this.#take(event));
  }

  /** Nobody reads further than what they see. */
  markRead(roomId: string, seq: number): void {
    this.live.markRead(roomId, Math.min(seq, this.#rooms.get(roomId)?.replica.seq ?? 0));
  }

  /** As when a network fails. */
  cut(): void {
    this.#sockets.at(-1)?.terminate();
  }

  /**
   * As when the token has run out: it has to be replaced. The session's own stays good, for others use it too, and a
   * refresh whose answer is lost ends the session.
   */
  spoilToken(): void {
    this.#isTokenSpoilt = true;
    const { userId, expiresAtMs } = this.api;
    this.#tokens.set({ token: 'no token any more', userId, expiresAtMs });
  }

  /** Reads nothing of what comes, for a while. */
  pause(): void {
    const socket = this.#sockets.at(-1);
    if (socket?.readyState === WebSocket.OPEN) socket.pause();
  }

  resume(): void {
    for (const socket of this.#sockets) if (socket.isPaused) socket.resume();
  }

  stop(): void {
    this.#isStopped = true;
    this.live.stop();
    this.#tokens.stop();
    for (const socket of this.#sockets) socket.terminate();
  }

  /** What is under way, while the state is not yet what it will be. */
  get underWay(): string | undefined {
    const { status } = this.live.connection.value;
    if (status !== 'live') return `the connection is ${status}`;
    const [rooms, summaries] = [this.#loads.size, this.#refreshes.size];
    return rooms + summaries > 0 ? `${rooms} rooms and ${summaries} summaries are fetched` : undefined;
  }

  /** What the state says now. */
  seen(): ReadonlyMap<string, SeenRoom> {
    return new Map([...this.#rooms].map(([roomId, held]) => [roomId, seenOf(held)]));
  }

  /** What a page that is opened this moment would show. */
  async fetchAfresh(): Promise<ReadonlyMap<string, SeenRoom>> {
    const summaries = (await this.api.rooms()).filter(({ id }) => this.#isOurs(id));
    return new Map(
      await Promise.all(
        summaries.map(async (summary): Promise<[string, SeenRoom]> => {
          const { replica } = await this.#fetchRoom(summary.id);
          return [summary.id, seenOf({ replica, summary })];
        }),
      ),
    );
  }

  #take(event: LiveEvent): void {
    switch (event.type) {
      case 'frame':
        this.#takeFrame(event.frame);
        return;
      case 'ready': {
        const mine = new Map(event.rooms.map(({ roomId, readSeq }) => [roomId, readSeq]));
        for (const roomId of this.#rooms.keys()) if (!mine.has(roomId)) this.#drop(roomId);
        for (const [roomId, readSeq] of mine) {
          const held = this.#rooms.get(roomId);
          if (held === undefined) void this.#load(roomId);
          // Nothing else is fetched: frames and markers must have told it all.
          else if (readSeq !== undefined && readSeq !== held.summary.readSeq)
            void this.#refreshSummary(roomId);
        }
        return;
      }
      case 'reset':
        void this.#load(event.roomId);
        return;
      case 'gone':
        this.#drop(event.roomId);
        return;
      case 'momentary':
        if (event.frame.type === 'room_added') void this.#load(event.frame.roomId);
        else if (event.frame.type === 'room_removed') this.#drop(event.frame.roomId);
        else if (event.frame.type === 'read') this.#takeRead(event.frame);
        return;
      case 'problem':
        return; // a refused read marker: the room has just been left
    }
  }

  #takeFrame(frame: DurableFrame): void {
    const held = this.#rooms.get(frame.roomId);
    if (held === undefined) return;
    held.replica = applyFrame(held.replica, frame);
    this.#putSummary(held, applyFrameToSummary(held.summary, frame, this.api.userId));
  }

  #takeRead(read: { readonly roomId: string; readonly userId: string; readonly readSeq: number }): void {
    const { roomId, userId } = read;
    if (userId !== this.api.userId) return;
    const held = this.#rooms.get(roomId);
    // What is being fetched may be of before.
    if (this.#loads.has(roomId)) void this.#load(roomId);
    else if (this.#refreshes.has(roomId)) void this.#refreshSummary(roomId);
    else if (held !== undefined) this.#putSummary(held, applyReadToSummary(held.summary, read, userId));
  }

  #putSummary(held: HeldRoom, summary: RoomSummaryView | typeof fetchAgain): void {
    if (summary === fetchAgain) {
      held.summary = { ...held.summary, lastSeq: held.replica.seq };
      void this.#refreshSummary(held.replica.roomId);
    } else held.summary = summary;
  }

  async #refreshSummary(roomId: string): Promise<void> {
    const room = await this.#latest(this.#refreshes, roomId, () => this.api.room(roomId));
    const held = this.#rooms.get(roomId);
    if (room === undefined || held === undefined) return;
    held.summary = summaryOf(room);
    // What came while it was fetched.
    for (const frame of held.replica.recent)
      this.#putSummary(held, applyFrameToSummary(held.summary, frame, this.api.userId));
  }

  async #load(roomId: string): Promise<void> {
    if (!this.#isOurs(roomId)) return;
    this.#rooms.delete(roomId);
    const held = await this.#latest(this.#loads, roomId, () => this.#fetchRoom(roomId));
    if (held === undefined) return;
    this.#refreshes.delete(roomId);
    this.#rooms.set(roomId, held);
    this.live.hold(roomId, { seq: held.replica.seq, epoch: held.replica.epoch });
  }

  async #fetchRoom(roomId: string): Promise<HeldRoom> {
    const room = await this.api.room(roomId);
    const participants = await this.api.participants(roomId);
    let replica = openReplica({ room, participants, page: await this.api.messages(roomId) });
    while (!replica.window.reachesStart) {
      const page = await this.api.messages(roomId, replica.window.messages[0]?.view.seq);
      const inserted = insertPage(replica, page, 'before');
      if (inserted === undefined) throw new Error('the page is too old');
      replica = inserted;
    }
    return { replica, summary: summaryOf(room) };
  }

  /** Asked as often as it takes; undefined when the room is gone or a newer fetch has begun. */
  async #latest<Answer>(
    fetches: Map<string, symbol>,
    roomId: string,
    ask: () => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const mine = Symbol(roomId);
    fetches.set(roomId, mine);
    const isLatest = (): boolean => fetches.get(roomId) === mine && !this.#isStopped;
    while (isLatest()) {
      try {
        const answer = await ask();
        if (!isLatest()) return undefined;
        fetches.delete(roomId);
        return answer;
      } catch (error) {
        if (error instanceof Refused && error.problem.status === 404) {
          if (isLatest()) this.#drop(roomId);
          return undefined;
        }
        await new Promise((resolve) => setTimeout(resolve, retryEveryMs));
      }
    }
    return undefined;
  }

  #drop(roomId: string): void {
    this.#loads.delete(roomId);
    this.#refreshes.delete(roomId);
    this.#rooms.delete(roomId);
    this.live.release(roomId);
  }

  async #fetchFrames(roomId: string, after: number): Promise<FetchedFrames> {
    try {
      return { status: 'frames', frames: await this.api.frames(roomId, after) };
    } catch (error) {
      if (error instanceof Refused && error.problem.status === 404) return { status: 'gone' };
      throw error;
    }
  }

  async #postMessage(roomId: string, id: string, text: string): Promise<SendOutcome> {
    try {
      const answer = await this.api.command('POST', `/chat/rooms/${roomId}/messages`, { id, text });
      return { status: 'taken', position: answer.position };
    } catch (error) {
      if (error instanceof Refused) return { status: 'refused', problem: error.problem };
      throw error;
    }
  }
}

function newStorage() {
  const values = new Map<string, string>();
  return {
    get length() {
      return values.size;
    },
    key: (index: number) => [...values.keys()][index] ?? null,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
}
