import type { DurableFrame } from '@verbatim/shared/browser';
import type { OpenRoom } from '../room/open-room.svelte.ts';

/** More than most people go back and forth between; each holds a screen of messages or two. */
const maxRooms = 20;

/** Rooms that were on the screen a while ago: frames keep them current, so that going back takes no request. */
export class RecentRooms {
  /** The one left longest ago first. */
  readonly #rooms = new Map<string, OpenRoom>();

  /** Takes a room that leaves the screen; what cannot be kept is closed. */
  keep(room: OpenRoom): void {
    if (!room.setAside()) {
      room.close();
      return;
    }
    this.#rooms.set(room.roomId, room);
    const [oldest] = this.#rooms.keys();
    if (this.#rooms.size > maxRooms && oldest !== undefined) this.drop(oldest);
  }

  /** Gives back a room that goes on the screen again, if it is what it was. */
  take(roomId: string): OpenRoom | undefined {
    const room = this.#rooms.get(roomId);
    if (room?.isOfThisEpoch !== true) {
      this.drop(roomId);
      return undefined;
    }
    this.#rooms.delete(roomId);
    return room;
  }

  /** What is held of it is not true any more, or not this person's to see. */
  drop(roomId: string): void {
    this.#rooms.get(roomId)?.close();
    this.#rooms.delete(roomId);
  }

  applyFrame(frame: DurableFrame): void {
    const room = this.#rooms.get(frame.roomId);
    if (room === undefined) return;
    if (room.follows(frame)) room.applyFrame(frame);
    else this.drop(frame.roomId);
  }

  clear(): void {
    for (const roomId of [...this.#rooms.keys()]) this.drop(roomId);
  }
}
