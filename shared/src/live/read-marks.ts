export interface ReadMarks {
  mark(roomId: string, seq: number): void;
  /** There is a connection (again): what could not be said is said now. */
  flush(): void;
  stop(): void;
}

/** The log takes at most one marker of a room in two seconds. */
const everyMs = 2_000;

/** Says how far a person has read: at once, then at most every two seconds the newest, and nothing twice. */
export function createReadMarks(say: (roomId: string, seq: number) => boolean): ReadMarks {
  const rooms = new Map<string, { seq: number; saidSeq: number; timer?: ReturnType<typeof setTimeout> }>();

  const sayNow = (roomId: string): void => {
    const room = rooms.get(roomId);
    if (room === undefined || room.timer !== undefined || room.seq <= room.saidSeq) return;
    if (!say(roomId, room.seq)) return;
    room.saidSeq = room.seq;
    room.timer = setTimeout(() => {
      delete room.timer;
      sayNow(roomId);
    }, everyMs);
  };

  return {
    mark: (roomId, seq) => {
      const room = rooms.get(roomId) ?? { seq: 0, saidSeq: 0 };
      rooms.set(roomId, room);
      room.seq = Math.max(room.seq, seq);
      sayNow(roomId);
    },
    flush: () => {
      for (const roomId of rooms.keys()) sayNow(roomId);
    },
    stop: () => {
      for (const { timer } of rooms.values()) clearTimeout(timer);
      rooms.clear();
    },
  };
}
