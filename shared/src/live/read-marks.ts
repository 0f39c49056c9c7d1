export interface ReadMarks {
  mark(roomId: string, seq: number): void;
  /** Marked unread from here on: what lies behind may be said again once it is seen again. */
  takeBack(roomId: string, seq: number): void;
  /**
   * The server says how far the person has read: elsewhere they may have marked unread what was read here, and a
   * connection may have died with what was said over it. @returns the same, or undefined while more than that waits to be said here.
   */
  told(roomId: string, readSeq: number | undefined): number | undefined;
  /** There is a connection (again): what could not be said is said now. */
  flush(): void;
  /** The page may be left any moment: what waits for its turn is said now, or nobody ever says it. */
  hurry(): void;
  stop(): void;
}

/** The log takes at most one marker of a room in two seconds. */
const everyMs = 2_000;

/** Says how far a person has read: at once, then at most every two seconds the newest, and nothing twice. */
export function createReadMarks(say: (roomId: string, seq: number) => boolean): ReadMarks {
  const rooms = new Map<string, { seq: number; saidSeq: number; timer?: ReturnType<typeof setTimeout> }>();

  const sayUnlessTooSoon = (roomId: string): void => {
    const room = rooms.get(roomId);
    if (room === undefined || room.timer !== undefined || room.seq <= room.saidSeq) return;
    if (!say(roomId, room.seq)) return;
    room.saidSeq = room.seq;
    room.timer = setTimeout(() => {
      delete room.timer;
      sayUnlessTooSoon(roomId);
    }, everyMs);
  };

  const hurry = (): void => {
    for (const [roomId, room] of rooms)
      if (room.seq > room.saidSeq && say(roomId, room.seq)) room.saidSeq = room.seq;
  };

  const takeBack = (roomId: string, seq: number): void => {
    const room = rooms.get(roomId);
    if (room === undefined) return;
    room.seq = Math.min(room.seq, seq);
    room.saidSeq = Math.min(room.saidSeq, seq);
  };

  return {
    mark: (roomId, seq) => {
      const room = rooms.get(roomId) ?? { seq: 0, saidSeq: 0 };
      rooms.set(roomId, room);
      room.seq = Math.max(room.seq, seq);
      sayUnlessTooSoon(roomId);
    },
    takeBack,
    told: (roomId, readSeq) => {
      const room = rooms.get(roomId);
      if (readSeq === undefined || (room !== undefined && room.seq > room.saidSeq)) return undefined;
      takeBack(roomId, readSeq);
      return readSeq;
    },
    flush: () => {
      for (const roomId of rooms.keys()) sayUnlessTooSoon(roomId);
    },
    hurry,
    stop: () => {
      hurry();
      for (const { timer } of rooms.values()) clearTimeout(timer);
      rooms.clear();
    },
  };
}
