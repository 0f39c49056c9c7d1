import { fullJitterMs } from '../event-store/back-off.ts';
import type { DurableFrame } from '../frames/server-frames.ts';

/** Up to where something of a room is held, and of which epoch of the room it is. */
export interface RoomCursor {
  readonly seq: number;
  readonly epoch: number;
}

/** The next frames of a room after a seq; `gone`: the room is not there, or not this person's to read. */
export type FetchedFrames =
  { readonly status: 'frames'; readonly frames: readonly DurableFrame[] } | { readonly status: 'gone' };

export type FeedEvent =
  | { readonly type: 'frame'; readonly frame: DurableFrame }
  /** Drop what is held of the room and fetch it afresh, then hold it again. */
  | { readonly type: 'reset'; readonly roomId: string; readonly epoch: number }
  | { readonly type: 'gone'; readonly roomId: string };

export interface RoomFeed {
  /** From here on every frame after the cursor comes out, once each, in order. */
  hold(roomId: string, cursor: RoomCursor): void;
  release(roomId: string): void;
  cursors(): ReadonlyMap<string, RoomCursor>;
  /** Frames as they come in: in any order, doubled, with holes. */
  take(frame: DurableFrame): void;
  /**
   * The room is known to have got as far as this. Frames up to there are believed to be under way; those that
   * have not come after `patienceMs` are fetched.
   */
  expect(roomId: string, latest: RoomCursor, patienceMs: number): void;
  /** Frames up to `to` will not come by themselves. */
  skip(roomId: string, to: number): void;
  reset(roomId: string, epoch: number): void;
  stop(): void;
}

interface HeldRoom {
  readonly roomId: string;
  readonly epoch: number;
  seq: number;
  /** How far the room is known to have got. */
  latest: number;
  isFetching: boolean;
  /** Frames beyond a hole, by seq. */
  readonly early: Map<number, DurableFrame>;
}

/** Frames kept while a hole is filled; beyond that they are fetched like the hole. */
const maxEarlyFrames = 500;
const fetchBackOff = { baseMs: 250, capMs: 10_000 };

/**
 * Makes dense what may have holes: a tab that came late, or whose leader changed, was not there for every
 * frame. A hole is filled from `fetchFrames`, while newer frames wait; what is in already is dropped.
 */
export function createRoomFeed(
  fetchFrames: (roomId: string, after: number) => Promise<FetchedFrames>,
  emit: (event: FeedEvent) => void,
): RoomFeed {
  const rooms = new Map<string, HeldRoom>();
  /** How far rooms are known to have got that are not held yet: they are being fetched perhaps. */
  const seen = new Map<string, RoomCursor>();
  const see = (roomId: string, { seq = 0, epoch = 0 }: Partial<RoomCursor>): void => {
    const known = seen.get(roomId);
    seen.set(roomId, { seq: Math.max(seq, known?.seq ?? 0), epoch: Math.max(epoch, known?.epoch ?? 0) });
  };
  const isHeld = (room: HeldRoom): boolean => rooms.get(room.roomId) === room;

  const deliver = (room: HeldRoom, frame: DurableFrame): void => {
    if (frame.seq !== room.seq + 1 || !isHeld(room)) return;
    room.seq = frame.seq;
    emit({ type: 'frame', frame });
  };
  const deliverEarly = (room: HeldRoom): void => {
    for (const seq of [...room.early.keys()].sort((one, other) => one - other)) {
      const frame = room.early.get(seq);
      if (frame === undefined || seq > room.seq + 1) return;
      room.early.delete(seq);
      deliver(room, frame);
    }
  };

  const fill = async (room: HeldRoom): Promise<void> => {
    if (room.isFetching) return;
    room.isFetching = true;
    for (let attempt = 0; isHeld(room) && room.seq < room.latest;) {
      const before = room.seq;
      const fetched = await fetchFrames(room.roomId, room.seq).catch(() => undefined);
      if (fetched?.status === 'gone' && isHeld(room)) {
        rooms.delete(room.roomId);
        emit({ type: 'gone', roomId: room.roomId });
      }
      if (fetched?.status === 'frames') for (const frame of fetched.frames) deliver(room, frame);
      deliverEarly(room);
      attempt = room.seq > before ? 0 : attempt + 1;
      if (attempt > 0 && isHeld(room)) await sleep(fullJitterMs(attempt - 1, fetchBackOff));
    }
    room.isFetching = false;
  };

  return {
    hold: (roomId, { seq, epoch }) => {
      const known = seen.get(roomId);
      seen.delete(roomId);
      if (known !== undefined && known.epoch > epoch) {
        // Fetched before the erasure that was told meanwhile.
        rooms.delete(roomId);
        emit({ type: 'reset', roomId, epoch: known.epoch });
        return;
      }
      const latest = Math.max(seq, rooms.get(roomId)?.latest ?? 0, known?.seq ?? 0);
      const room: HeldRoom = { roomId, epoch, seq, latest, isFetching: false, early: new Map() };
      rooms.set(roomId, room);
      if (latest > seq) void fill(room);
    },
    release: (roomId) => {
      rooms.delete(roomId);
      seen.delete(roomId);
    },
    cursors: () => rooms,
    take: (frame) => {
      const room = rooms.get(frame.roomId);
      if (room === undefined) see(frame.roomId, { seq: frame.seq });
      if (room === undefined || frame.seq <= room.seq) return;
      room.latest = Math.max(room.latest, frame.seq);
      if (frame.seq === room.seq + 1) {
        deliver(room, frame);
        deliverEarly(room);
        return;
      }
      if (room.early.size < maxEarlyFrames) room.early.set(frame.seq, frame);
      void fill(room);
    },
    expect: (roomId, latest, patienceMs) => {
      const room = rooms.get(roomId);
      if (room === undefined) {
        see(roomId, latest);
        return;
      }
      if (latest.epoch !== room.epoch) {
        see(roomId, latest);
        rooms.delete(roomId);
        emit({ type: 'reset', roomId, epoch: latest.epoch });
      } else if (latest.seq > room.seq) {
        room.latest = Math.max(room.latest, latest.seq);
        setTimeout(() => void fill(room), patienceMs);
      }
    },
    skip: (roomId, to) => {
      const room = rooms.get(roomId);
      if (room === undefined) {
        see(roomId, { seq: to });
        return;
      }
      room.latest = Math.max(room.latest, to);
      void fill(room);
    },
    reset: (roomId, epoch) => {
      see(roomId, { epoch });
      if (rooms.delete(roomId)) emit({ type: 'reset', roomId, epoch });
    },
    stop: () => {
      rooms.clear();
      seen.clear();
    },
  };
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
