import type { ConnectionState, LiveClient, OutboxEntry } from '@verbatim/shared/browser';

/** A connection lost for a moment is nobody's business; after this it is said. */
const quietForMs = 2_000;

/** The live client's state for components: connected or not, and what waits to be sent. */
export class Connection {
  #state = $state.raw<ConnectionState>({ status: 'idle' });
  #outbox = $state.raw<readonly OutboxEntry[]>([]);
  #isLong = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stop: () => void;

  constructor(live: LiveClient) {
    const state = live.connection.subscribe((next) => this.#take(next));
    const outbox = live.outbox.subscribe((entries) => (this.#outbox = entries));
    this.#stop = () => {
      clearTimeout(this.#timer);
      state.unsubscribe();
      outbox.unsubscribe();
    };
  }

  get isLive(): boolean {
    return this.#state.status === 'live';
  }

  get outbox(): readonly OutboxEntry[] {
    return this.#outbox;
  }

  /** What to tell: nothing while it works or is only just broken. */
  get notice(): 'offline' | 'reconnecting' | null {
    if (!this.#isLong) return null;
    return this.#state.status === 'offline' ? 'offline' : 'reconnecting';
  }

  stop(): void {
    this.#stop();
  }

  #take(next: ConnectionState): void {
    this.#state = next;
    if (next.status === 'live') {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#isLong = false;
    } else this.#timer ??= setTimeout(() => (this.#isLong = true), quietForMs);
  }
}
