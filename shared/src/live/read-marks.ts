export interface ReadMarks {
  mark(roomId: string, seq: number): void;
  /** Marked unread from here on: what lies behind may be said again once it is seen again. */
  takeBack(roomId: string, seq: number): void;
  /**
   * The server says how far the person has read. @returns the same, or undefined while this page knows better: more
   * than that was said, and its own answer is on the way, or waits to be said.
   */
  hear(roomId: string, readSeq: number): number | undefined;
  /** The same of a new connection: what was said over the one before and is not known of by now is said again. */
  hearAnew(roomId: string, readSeq: number): number | undefined;
  /** @returns whether a marker of this room may be meant: it is said again later then. */
  refused(roomId: string): boolean;
  /** There is a connection (again): what could not be said is said now. */
  flush(): void;
  /** The page may be left any moment: what waits for its turn is said now, or nobody ever says it. */
  hurry(): void;
  stop(): void;
}

interface RoomMarks {
  seenSeq: number;
  saidSeq: number;
  /** What the server has answered to. */
  knownSeq: number;
  timer?: ReturnType<typeof setTimeout>;
}

/** The log takes at most one marker of a room in two seconds. */
const everyMs = 2_000;

/** Says how far a person has read: at once, then at most every two seconds the newest, and nothing twice. */
export function createReadMarks(say: (roomId: string, seq: number) => boolean): ReadMarks {
  const rooms = new Map<string, RoomMarks>();

  const sayUnlessTooSoon = (roomId: string): void => {
    const room = rooms.get(roomId);
    if (room === undefined || room.timer !== undefined || room.seenSeq <= room.saidSeq) return;
    if (!say(roomId, room.seenSeq)) return;
    room.saidSeq = room.seenSeq;
    sayLater(roomId, room);
  };
  const sayLater = (roomId: string, room: RoomMarks): void => {
    room.timer ??= setTimeout(() => {
      delete room.timer;
      sayUnlessTooSoon(roomId);
    }, everyMs);
  };

  const hurry = (): void => {
    for (const [roomId, room] of rooms)
      if (room.seenSeq > room.saidSeq && say(roomId, room.seenSeq)) room.saidSeq = room.seenSeq;
  };
  const takeBack = (roomId: string, seq: number): void => {
    const room = rooms.get(roomId);
    if (room === undefined) return;
    room.seenSeq = Math.min(room.seenSeq, seq);
    room.saidSeq = Math.min(room.saidSeq, seq);
    room.knownSeq = Math.min(room.knownSeq, seq);
  };
  const hear = (roomId: string, readSeq: number): number | undefined => {
    const room = rooms.get(roomId);
    if (room === undefined) return readSeq;
    // Lower than what the server knew already: it was marked unread elsewhere.
    if (readSeq < room.knownSeq && room.seenSeq <= room.knownSeq) takeBack(roomId, readSeq);
    else room.knownSeq = Math.max(room.knownSeq, readSeq);
    return room.seenSeq > room.knownSeq ? undefined : readSeq;
  };

  return {
    mark: (roomId, seq) => {
      const room = rooms.get(roomId) ?? { seenSeq: 0, saidSeq: 0, knownSeq: 0 };
      rooms.set(roomId, room);
      room.seenSeq = Math.max(room.seenSeq, seq);
      sayUnlessTooSoon(roomId);
    },
    takeBack,
    hear,
    hearAnew: (roomId, readSeq) => {
      const heard = hear(roomId, readSeq);
      const room = rooms.get(roomId);
      if (heard === undefined && room !== undefined) room.saidSeq = Math.min(room.saidSeq, room.knownSeq);
      return heard;
    },
    refused: (roomId) => {
      const room = rooms.get(roomId);
      if (room === undefined || room.saidSeq <= room.knownSeq) return false;
      room.saidSeq = room.knownSeq;
      sayLater(roomId, room);
      return true;
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
