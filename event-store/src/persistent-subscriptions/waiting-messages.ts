import type { Message } from './message.ts';

/** Messages that wait for a client: those to be sent again first, by position, then new ones in order. */
export class WaitingMessages {
  readonly #retries: Message[] = [];
  readonly #fresh: Message[] = [];

  get retryCount(): number {
    return this.#retries.length;
  }

  get freshCount(): number {
    return this.#fresh.length;
  }

  addFresh(message: Message): void {
    this.#fresh.push(message);
  }

  addRetry(message: Message): void {
    const index = this.#retries.findIndex(({ position }) => position > message.position);
    this.#retries.splice(index < 0 ? this.#retries.length : index, 0, message);
  }

  /**
   * Offers the messages in order. `sent` takes one out, `skipped` leaves it and goes on to the next, `full` ends the round.
   */
  offer(send: (message: Message) => Offer): void {
    for (const list of [this.#retries, this.#fresh]) {
      for (let index = 0; index < list.length;) {
        const message = list[index];
        if (!message) return;
        const answer = send(message);
        if (answer === 'full') return;
        if (answer === 'sent') list.splice(index, 1);
        else index++;
      }
    }
  }

  *[Symbol.iterator](): Iterator<Message> {
    yield* this.#retries;
    yield* this.#fresh;
  }
}

export type Offer = 'sent' | 'skipped' | 'full';
