/** Something that gathers bytes during a tick of the event loop. */
export interface Flushable {
  flush(): void;
}

/**
 * Once the events of this tick are handled, rooms hand what they gathered to their sockets, then each socket
 * writes once. Nothing waits longer than that, so joining costs no latency.
 */
export class TickFlusher {
  #rooms: Flushable[] = [];
  #sockets: Flushable[] = [];
  #isScheduled = false;

  /** For each room and tick once. */
  room(room: Flushable): void {
    this.#rooms.push(room);
    this.#schedule();
  }

  /** For each socket and tick once. */
  socket(socket: Flushable): void {
    this.#sockets.push(socket);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    const rooms = this.#rooms;
    this.#rooms = [];
    for (const room of rooms) room.flush();
    // Rooms have added to these until now.
    const sockets = this.#sockets;
    this.#sockets = [];
    this.#isScheduled = false;
    for (const socket of sockets) socket.flush();
  }
}
