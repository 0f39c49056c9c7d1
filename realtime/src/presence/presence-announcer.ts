import type { Person, PresenceStatus } from '@verbatim/shared';
import { LRUCache } from 'lru-cache';
import type { Subscriber } from '../rooms/subscriber.ts';
import { encodeFrame } from '../wire/encode-frame.ts';
import type { PresenceBook } from './presence-book.ts';

const maxEncodedFrames = 20_000;

/**
 * Says who is there, to each as fast as they read. A status that was dropped would be believed wrong until the
 * person's next change, so whoever has too much to read is told once it was read, and then what is so then: of
 * one person one thing, however often it changed meanwhile.
 */
export class PresenceAnnouncer {
  readonly #book: PresenceBook;
  readonly #mayKnow: (listener: Subscriber, person: Person) => boolean;
  /** Those of whom a listener is to be told yet, by id; at most everybody whom it shares a room with. */
  readonly #due = new Map<Subscriber, Map<string, Person>>();
  /** After a restart everybody is told of everybody: the same frames over and over. */
  readonly #encoded = new LRUCache<string, Buffer>({ max: maxEncodedFrames });

  /** @param mayKnow whether the listener still shares a room with the person. */
  constructor(book: PresenceBook, mayKnow: (listener: Subscriber, person: Person) => boolean) {
    this.#book = book;
    this.#mayKnow = mayKnow;
  }

  /** Tells the listeners, but for the person's own, what the book says. */
  announce(person: Person, listeners: Iterable<Subscriber>): void {
    const bytes = this.#encode(person.userId, this.#book.toldOf(person));
    for (const listener of listeners)
      if (listener.userId !== person.userId && !listener.sendMomentary(bytes))
        this.#postpone(listener, person);
  }

  #postpone(listener: Subscriber, person: Person): void {
    const due = this.#due.get(listener);
    if (due !== undefined) {
      due.set(person.userId, person);
      return;
    }
    const first = new Map([[person.userId, person]]);
    this.#due.set(listener, first);
    void this.#makeUp(listener, first);
  }

  async #makeUp(listener: Subscriber, due: Map<string, Person>): Promise<void> {
    while (due.size > 0) {
      await listener.whenDrained();
      for (const [userId, person] of due) {
        const bytes = this.#encode(userId, this.#book.toldOf(person));
        if (this.#mayKnow(listener, person) && !listener.sendMomentary(bytes)) break;
        due.delete(userId);
      }
    }
    this.#due.delete(listener);
  }

  #encode(userId: string, status: PresenceStatus): Buffer {
    const key = `${userId}/${status}`;
    const known = this.#encoded.get(key);
    if (known !== undefined) return known;
    const bytes = encodeFrame({ type: 'presence', userId, status });
    this.#encoded.set(key, bytes);
    return bytes;
  }
}
