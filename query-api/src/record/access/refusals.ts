import { LRUCache } from 'lru-cache';

export const refusalWindowMs = 60_000;
/** More often than anybody tries a door by mistake. */
const refusalsPerWindow = 120;
const maxPeople = 10_000;

/** Each refusal is an event for ever, so nobody gets to make them without end: further ones are 429. */
export class Refusals {
  readonly #counts = new LRUCache<string, number>({ max: maxPeople, ttl: refusalWindowMs });

  /** @returns false when this person was refused too often of late */
  take(person: string): boolean {
    const count = this.#counts.get(person) ?? 0;
    if (count >= refusalsPerWindow) return false;
    // The window begins with the first of them.
    this.#counts.set(person, count + 1, { noUpdateTTL: true });
    return true;
  }
}
