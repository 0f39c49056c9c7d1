import { Subject, bufferTime, concatMap, filter, type Subscription } from 'rxjs';
import type { RelayReadModel } from '../read-model/relay-read-model.ts';
import type { Room } from '../rooms/room.ts';

/** In rooms of more people nobody is told who is there: it would be said to everybody of everybody. */
export const maxPeopleOfPresenceRoom = 200;

const loadEveryMs = 25;
const maxRoomsOfLoad = 500;

/** The people of the rooms held here, as far as presence is told in them. */
export class RoomPeople {
  readonly #readModel: RelayReadModel;
  readonly #onLoaded: (room: Room, newUserIds: ReadonlySet<string>) => void;
  readonly #onFault: (error: unknown) => void;
  readonly #people = new Map<Room, Set<string>>();
  readonly #roomsOf = new Map<string, Set<Room>>();
  readonly #asked = new Set<Room>();
  readonly #wanted = new Subject<Room>();
  readonly #loading: Subscription;

  constructor(
    readModel: RelayReadModel,
    onLoaded: (room: Room, newUserIds: ReadonlySet<string>) => void,
    onFault: (error: unknown) => void,
  ) {
    this.#readModel = readModel;
    this.#onLoaded = onLoaded;
    this.#onFault = onFault;
    this.#loading = this.#wanted
      .pipe(
        bufferTime(loadEveryMs, null, maxRoomsOfLoad),
        filter((rooms) => rooms.length > 0),
        concatMap((rooms) => this.#load(rooms)),
      )
      .subscribe();
  }

  /** Undefined while they are not known, or too many. */
  of(room: Room): ReadonlySet<string> | undefined {
    return this.#people.get(room);
  }

  /** Rooms here that the person is in. */
  roomsOf(userId: string): Iterable<Room> {
    return this.#roomsOf.get(userId) ?? [];
  }

  watch(room: Room): void {
    if (this.#asked.has(room)) return;
    this.#asked.add(room);
    this.#wanted.next(room);
  }

  /** After a change of who is in the room. */
  reload(room: Room): void {
    if (this.#asked.has(room)) this.#wanted.next(room);
  }

  forget(room: Room): void {
    this.#asked.delete(room);
    this.#put(room, new Set());
    this.#people.delete(room);
  }

  stop(): void {
    this.#loading.unsubscribe();
  }

  async #load(rooms: readonly Room[]): Promise<void> {
    try {
      const loaded = await this.#readModel.peopleOf(rooms, maxPeopleOfPresenceRoom);
      const byId = new Map(loaded.map(({ roomId, userIds }) => [roomId, new Set(userIds)]));
      for (const room of new Set(rooms)) {
        const userIds = byId.get(room.roomId);
        if (!this.#asked.has(room)) continue;
        const known = this.#people.get(room);
        this.#put(room, userIds ?? new Set());
        if (userIds === undefined) this.#people.delete(room);
        else this.#onLoaded(room, new Set([...userIds].filter((userId) => known?.has(userId) !== true)));
      }
    } catch (error) {
      this.#onFault(error);
      for (const room of rooms) this.#asked.delete(room); // asked for again with the next connection
    }
  }

  #put(room: Room, userIds: Set<string>): void {
    for (const userId of this.#people.get(room) ?? []) if (!userIds.has(userId)) this.#unlink(userId, room);
    for (const userId of userIds) {
      const rooms = this.#roomsOf.get(userId) ?? new Set();
      this.#roomsOf.set(userId, rooms.add(room));
    }
    this.#people.set(room, userIds);
  }

  #unlink(userId: string, room: Room): void {
    const rooms = this.#roomsOf.get(userId);
    rooms?.delete(room);
    if (rooms?.size === 0) this.#roomsOf.delete(userId);
  }
}
