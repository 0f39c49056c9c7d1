import { eventCatalogue, Problem, type EventStore, type RecordedEvent } from '@verbatim/shared';
import { setTimeout as delay } from 'node:timers/promises';

const streamPrefixes = ['room-'] as const;
const maxBatchEvents = 1_000;
/** A longer wait is given up; whoever asks tries again later. */
const maxWaitMs = 30_000;
const pollMs = 20;

type Source = Pick<EventStore, 'subscribeToAll' | 'newestSince'>;

/**
 * Which rooms somebody runs. No stream tells, so the rooms' events are read, from the first, once somebody is let go
 * for the first time in this process; from then on they are followed.
 */
export class RoomAdmins {
  readonly #source: Source;
  readonly #stopping = new AbortController();
  readonly #roomsOf = new Map<string, Set<string>>();
  #applied: bigint | undefined;
  #isFollowing = false;
  #failure: unknown;
  #ended: Promise<void> = Promise.resolve();

  constructor(source: Source) {
    this.#source = source;
  }

  /**
   * Waits until the events of all rooms up to now are known.
   * @throws Problem `unavailable` when that takes too long.
   */
  async roomsRunBy(userId: string): Promise<readonly string[]> {
    if (!this.#isFollowing) {
      this.#isFollowing = true;
      this.#ended = this.#follow().catch((error: unknown) => {
        this.#failure = error;
      });
    }
    const giveUpAt = performance.now() + maxWaitMs;
    while (!(await this.#isComplete())) {
      if (performance.now() > giveUpAt || this.#stopping.signal.aborted || this.#failure !== undefined)
        throw new Problem('unavailable', { cause: this.#failure });
      await delay(pollMs);
    }
    return [...(this.#roomsOf.get(userId) ?? [])];
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #isComplete(): Promise<boolean> {
    const applied = this.#applied;
    if (applied === undefined) return false;
    const { newest, isConclusive } = await this.#source.newestSince(streamPrefixes, applied);
    // Not conclusive: thousands of other events came since, among them checkpoints that will tell.
    return isConclusive && (newest === undefined || newest <= applied);
  }

  async #follow(): Promise<void> {
    const subscription = this.#source.subscribeToAll({
      fromPosition: 'start',
      streamPrefixes,
      signal: this.#stopping.signal,
    });
    for (;;) {
      const batch = await subscription.nextBatch(maxBatchEvents);
      if (batch === undefined) return;
      for (const event of batch.events) this.#take(event);
      if (batch.isCaughtUp || this.#applied !== undefined) this.#applied = batch.position ?? 0n;
    }
  }

  #take({ type, data }: RecordedEvent): void {
    switch (type) {
      case 'ParticipantJoined':
      case 'ParticipantAdded':
      case 'ParticipantRoleChanged': {
        const { userId, roomId, role } = eventCatalogue[type].data.parse(data);
        this.#set(userId, roomId, role === 'admin');
        return;
      }
      case 'ParticipantLeft':
      case 'ParticipantRemoved': {
        const { userId, roomId } = eventCatalogue[type].data.parse(data);
        this.#set(userId, roomId, false);
        return;
      }
      default: // says nothing about who runs a room
    }
  }

  #set(userId: string, roomId: string, isAdmin: boolean): void {
    const rooms = this.#roomsOf.get(userId) ?? new Set();
    if (isAdmin) this.#roomsOf.set(userId, rooms.add(roomId));
    else if (rooms.delete(roomId) && rooms.size === 0) this.#roomsOf.delete(userId);
  }
}
