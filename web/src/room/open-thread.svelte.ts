import { applyFrame, type DurableFrame, type MessageView, type RoomReplica } from '@verbatim/shared/browser';
import type { MessagesApi } from '../api/messages-api.ts';

/** The room whose frames keep the thread current. */
interface ThreadRoom {
  readonly replica: RoomReplica | undefined;
}

/** A message and all replies in its thread: a replica of the room of its own, of which only the thread is shown. */
export class OpenThread {
  readonly rootId: string;
  readonly #room: ThreadRoom;
  readonly #api: MessagesApi;
  #replica = $state.raw<RoomReplica | undefined>(undefined);
  #fault = $state.raw<unknown>(undefined);

  readonly messages: readonly MessageView[] = $derived(
    (this.#replica?.window.messages ?? [])
      .map(({ view }) => view)
      .filter(({ id, threadOf }) => id === this.rootId || threadOf === this.rootId),
  );
  readonly root: MessageView | undefined = $derived(this.messages.find(({ id }) => id === this.rootId));
  readonly replies: readonly MessageView[] = $derived(this.messages.filter(({ id }) => id !== this.rootId));

  constructor(rootId: string, room: ThreadRoom, api: MessagesApi) {
    this.rootId = rootId;
    this.#room = room;
    this.#api = api;
  }

  get isLoaded(): boolean {
    return this.#replica !== undefined;
  }

  get fault(): unknown {
    return this.#fault;
  }

  async load(): Promise<void> {
    const before = this.#room.replica;
    if (before === undefined) return;
    try {
      const [root, thread] = await Promise.all([this.#api.one(this.rootId), this.#api.thread(this.rootId)]);
      const views = [root, ...thread.filter(({ id }) => id !== this.rootId)];
      const messages = views.map((view) => ({ view, asOf: before.seq }));
      const fetched = { ...before, recent: [], window: { messages, reachesStart: true, reachesEnd: true } };
      // Frames that came while it was fetched: some are in it already, and change nothing twice.
      this.#replica = (this.#room.replica?.recent ?? [])
        .filter(({ seq }) => seq > before.seq)
        .reduce(applyFrame, fetched);
      this.#fault = undefined;
    } catch (fault) {
      this.#fault = fault;
    }
  }

  applyFrame(frame: DurableFrame): void {
    if (this.#replica !== undefined) this.#replica = applyFrame(this.#replica, frame);
  }
}
