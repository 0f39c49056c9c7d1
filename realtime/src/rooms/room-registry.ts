import type { DurableFrame } from '@verbatim/shared';
import { LRUCache } from 'lru-cache';
import type { TickFlusher } from '../wire/tick-flusher.ts';
import type { HistoryBudget } from './frame-history.ts';
import { Room } from './room.ts';
import type { RoomPoint } from './subscriber.ts';

export interface RoomRegistryOptions {
  readonly flusher: TickFlusher;
  readonly readFrames: (
    organizationId: string,
    roomId: string,
    after: number,
    limit: number,
  ) => Promise<readonly DurableFrame[]>;
  readonly onTaken: (room: Room, frame: DurableFrame) => void;
  readonly onClosed: (room: Room) => void;
  readonly onFault: (error: unknown) => void;
}

/** A room that nobody receives is kept this long: whoever lost a connection comes back to its history. */
const keptEmptyMs = 60_000;
/** Where rooms that are not held were seen last, for those that are being opened at that moment. */
const maxSeenRooms = 50_000;

/** The rooms that this relay holds. */
export class RoomRegistry {
  readonly #options: RoomRegistryOptions;
  readonly #budget: HistoryBudget = { usedBytes: 0 };
  readonly #rooms = new Map<string, Room>();
  readonly #emptySinceMs = new Map<Room, number>();
  readonly #seen = new LRUCache<string, RoomPoint>({ max: maxSeenRooms });

  constructor(options: RoomRegistryOptions) {
    this.#options = options;
  }

  get(roomId: string): Room | undefined {
    return this.#rooms.get(roomId);
  }

  rooms(): IterableIterator<Room> {
    return this.#rooms.values();
  }

  get size(): number {
    return this.#rooms.size;
  }

  /** The room, held from now on; `point` is where Postgres said that it stands. */
  open(organizationId: string, roomId: string, point: RoomPoint): Room {
    const room = this.#rooms.get(roomId) ?? this.#create(organizationId, roomId, point);
    room.expect(point);
    // A push that came between the query and this moment went past: nobody held the room.
    const seen = this.#seen.get(roomId);
    if (seen !== undefined) room.expect(seen);
    return room;
  }

  take(frame: DurableFrame): void {
    const room = this.#rooms.get(frame.roomId);
    if (room === undefined) this.#see(frame.roomId, { seq: frame.seq, epoch: 0 });
    else room.take(frame);
  }

  raiseEpoch(roomId: string, epoch: number): void {
    const room = this.#rooms.get(roomId);
    if (room === undefined) this.#see(roomId, { seq: 0, epoch });
    else room.raiseEpoch(epoch);
  }

  /** Lets go of rooms that nobody has received for a while. */
  sweep(nowMs: number): void {
    for (const room of this.#rooms.values()) {
      if (room.audienceSize > 0) {
        this.#emptySinceMs.delete(room);
        continue;
      }
      const sinceMs = this.#emptySinceMs.get(room) ?? nowMs;
      this.#emptySinceMs.set(room, sinceMs);
      if (nowMs - sinceMs < keptEmptyMs) continue;
      room.close();
      this.#emptySinceMs.delete(room);
      this.#rooms.delete(room.roomId);
      this.#options.onClosed(room);
    }
  }

  close(): void {
    for (const room of this.#rooms.values()) room.close();
  }

  #create(organizationId: string, roomId: string, point: RoomPoint): Room {
    const { readFrames, ...options } = this.#options;
    const room = new Room(point, {
      ...options,
      organizationId,
      roomId,
      budget: this.#budget,
      readFrames: (after, limit) => readFrames(organizationId, roomId, after, limit),
    });
    this.#rooms.set(roomId, room);
    return room;
  }

  #see(roomId: string, point: RoomPoint): void {
    const seen = this.#seen.get(roomId);
    this.#seen.set(roomId, {
      seq: Math.max(point.seq, seen?.seq ?? 0),
      epoch: Math.max(point.epoch, seen?.epoch ?? 0),
    });
  }
}
