import { messageOf, type Message } from './message.ts';
import type { ParkedMessages } from './parked-messages.ts';

/** Parked messages that are out again. They stay parked until all of them are done, so that a crash loses none. */
export class Replay {
  readonly #parked: ParkedMessages;
  readonly #ids = new Set<string>();
  #upTo = 0;

  constructor(parked: ParkedMessages) {
    this.#parked = parked;
  }

  /** The messages to hand out again, up to (not including) the one with number `stopAt`; those already out are left out. */
  *begin(stopAt: number | undefined): Generator<Message> {
    for (const { revision, event } of this.#parked.read(stopAt)) {
      this.#upTo = Math.max(this.#upTo, revision + 1);
      const message = messageOf(event, { cursorBefore: undefined, sequence: 0 });
      if (this.#ids.has(message.id)) continue;
      this.#ids.add(message.id);
      yield message;
    }
  }

  async finish({ id }: Message): Promise<void> {
    if (this.#ids.delete(id) && this.#ids.size === 0) await this.#parked.forgetBefore(this.#upTo);
  }
}
