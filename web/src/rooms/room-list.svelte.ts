import {
  applyFrameToSummary,
  applyReadToSummary,
  fetchAgain,
  type DurableFrame,
  type LiveClient,
  type RoomSummaryView,
  type StandingRoom,
} from '@verbatim/shared/browser';
import type { RoomsApi } from '../api/rooms-api.ts';
import { hasCode } from '../problems/faults.ts';

/** My rooms as the sidebar shows them. Counts are exact or fetched again, never guessed. */
export class RoomList {
  readonly #api: RoomsApi;
  readonly #live: LiveClient;
  readonly #myId: string;
  readonly #refreshing = new Map<string, Promise<void>>();
  /** How my rooms stood when the connection began, while there is no list to compare it with. */
  #standing: readonly StandingRoom[] | undefined;
  /** My own markers as they were heard last: what was asked for before may be from before them. */
  readonly #heardReads = new Map<string, { readonly readSeq: number }>();
  #rooms = $state.raw<ReadonlyMap<string, RoomSummaryView>>(new Map());
  #fault = $state.raw<unknown>(undefined);
  #isLoaded = $state(false);

  readonly all = $derived([...this.#rooms.values()].filter((room) => room.role !== null && !room.archived));
  readonly archived = $derived(
    [...this.#rooms.values()].filter((room) => room.role !== null && room.archived),
  );
  /** For `#name` in a text. */
  readonly idsByName: ReadonlyMap<string, string> = $derived(
    new Map(this.all.flatMap(({ id, name }) => (name === null ? [] : [[name, id] as const]))),
  );
  readonly mentionsTotal = $derived(
    this.all.reduce((sum, room) => sum + (isMuted(room) ? 0 : room.mentions), 0),
  );
  readonly callsTotal = $derived(this.all.reduce((sum, room) => sum + callsOf(room), 0));

  constructor(api: RoomsApi, live: LiveClient, myId: string) {
    this.#api = api;
    this.#live = live;
    this.#myId = myId;
  }

  get fault(): unknown {
    return this.#fault;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get(roomId: string): RoomSummaryView | undefined {
    return this.#rooms.get(roomId);
  }

  async load(): Promise<void> {
    try {
      const rooms = await this.#api.mine();
      const fresh = rooms.filter(({ id }) => !this.#rooms.has(id));
      this.#rooms = new Map([...this.#rooms, ...fresh.map((room) => [room.id, room] as const)]);
      for (const { id, lastSeq, epoch } of fresh) this.#live.hold(id, { seq: lastSeq, epoch });
      for (const { id, readSeq } of fresh)
        if ((this.#heardReads.get(id)?.readSeq ?? readSeq) !== readSeq) void this.refresh(id);
      this.#fault = undefined;
      this.#isLoaded = true;
      this.#compare();
    } catch (fault) {
      this.#fault = fault;
    }
  }

  /** There is a connection (again): `rooms` are all that are mine, as they stand with it. */
  stand(rooms: readonly StandingRoom[]): void {
    this.#standing = rooms;
    this.#compare();
  }

  /** As it was just fetched. Its frames are to be held from there on, or from where somebody else needs them. */
  put(room: RoomSummaryView, from = room.lastSeq): void {
    const known = this.#rooms.get(room.id);
    const isSame = known?.epoch === room.epoch;
    // Frames that came while it was fetched are counted already, and do not come again.
    const isOlder = isSame && known.lastSeq > room.lastSeq;
    if (!isOlder) this.#rooms = new Map(this.#rooms).set(room.id, room);
    // Which of the two is newer is not in them: a marker has no seq.
    if (isSame && known.readSeq !== room.readSeq) void this.refresh(room.id);
    this.#live.hold(room.id, { seq: from, epoch: room.epoch });
  }

  remove(roomId: string): void {
    const rooms = new Map(this.#rooms);
    rooms.delete(roomId);
    this.#rooms = rooms;
    this.#live.release(roomId);
  }

  /** Something of my own that no frame tells: a favourite, a level of notification. */
  change(roomId: string, change: Partial<RoomSummaryView>): void {
    const room = this.#rooms.get(roomId);
    if (room !== undefined) this.#rooms = new Map(this.#rooms).set(roomId, { ...room, ...change });
  }

  /** Fetches a room anew; asked for again meanwhile, it is fetched once more, not twice at a time. */
  refresh(roomId: string): Promise<void> {
    const before = this.#refreshing.get(roomId) ?? Promise.resolve();
    const refreshing = before.then(() => this.#fetch(roomId));
    this.#refreshing.set(roomId, refreshing);
    return refreshing.finally(() => {
      if (this.#refreshing.get(roomId) === refreshing) this.#refreshing.delete(roomId);
    });
  }

  applyFrame(frame: DurableFrame): void {
    const room = this.#rooms.get(frame.roomId);
    if (room !== undefined) this.#take(room, applyFrameToSummary(room, frame, this.#myId));
  }

  applyRead(roomId: string, userId: string, readSeq: number): void {
    const room = this.#rooms.get(roomId);
    if (userId === this.#myId) this.#heardReads.set(roomId, { readSeq });
    if (room !== undefined) this.#take(room, applyReadToSummary(room, { userId, readSeq }, this.#myId));
  }

  /** Fetches what was joined, left, or read elsewhere between the list and the connection, whichever is older. */
  #compare(): void {
    const standing = this.#standing;
    if (!this.#isLoaded || standing === undefined) return;
    this.#standing = undefined;
    const isDue = ({ roomId, readSeq }: StandingRoom) => {
      const known = this.#rooms.get(roomId);
      return known === undefined || (readSeq !== undefined && readSeq !== known.readSeq);
    };
    for (const room of standing) if (isDue(room)) void this.refresh(room.roomId);
    const mine = new Set(standing.map(({ roomId }) => roomId));
    for (const { id } of [...this.all, ...this.archived]) if (!mine.has(id)) void this.refresh(id);
  }

  #take(room: RoomSummaryView, next: RoomSummaryView | typeof fetchAgain): void {
    if (next === fetchAgain) void this.refresh(room.id);
    else if (next !== room) this.#rooms = new Map(this.#rooms).set(room.id, next);
  }

  async #fetch(roomId: string): Promise<void> {
    try {
      const heardBefore = this.#heardReads.get(roomId);
      const fresh = await this.#api.one(roomId);
      const known = this.#rooms.get(roomId);
      if (known === undefined || known.epoch !== fresh.epoch) this.put(fresh);
      // What came meanwhile is in the list already; what is behind it would take it back.
      else if (fresh.lastSeq < known.lastSeq || this.#heardReads.get(roomId) !== heardBefore)
        void this.refresh(roomId);
      // Whoever shows the room is at its own place in the frames, so that is left alone.
      else this.#rooms = new Map(this.#rooms).set(roomId, fresh);
    } catch (fault) {
      if (hasCode(fault, 'not-found')) this.remove(roomId);
      else this.#fault = fault;
    }
  }
}

export const isMuted = (room: RoomSummaryView): boolean => room.notifications === 'none';

/** What asks for an answer: mentions, and everything in a direct room. */
export const callsOf = (room: RoomSummaryView): number =>
  isMuted(room) ? 0 : room.kind === 'direct' ? room.unread : room.mentions;
