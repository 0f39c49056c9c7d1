import { LRUCache } from 'lru-cache';
import { findMessage } from '../message/find-message.ts';
import type { States } from '../streams/states.ts';

const maxRemembered = 100_000;

/** In which room an imported message is: what was imported lately is remembered, the rest read. */
export class KnownMessages {
  readonly #states: States;
  readonly #roomOf = new LRUCache<string, string>({ max: maxRemembered });

  constructor(states: States) {
    this.#states = states;
  }

  remember(messageId: string, roomId: string): void {
    this.#roomOf.set(messageId, roomId);
  }

  forget(messageId: string): void {
    this.#roomOf.delete(messageId);
  }

  async roomOf(organizationId: string, messageId: string): Promise<string | undefined> {
    const known = this.#roomOf.get(messageId);
    if (known !== undefined) return known;
    const found = await findMessage(this.#states, organizationId, messageId);
    if (found !== undefined) this.remember(messageId, found.roomId);
    return found?.roomId;
  }
}
