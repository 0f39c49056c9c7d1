import type { PresenceStatus } from '@verbatim/shared/browser';
import type { PeopleApi, Person } from '../api/people-api.ts';
import { escapeInvisible } from '../text/invisible.ts';

/** Everybody of the organization: what they are called, and who is here right now. */
export class Directory {
  readonly #api: PeopleApi;
  #people = $state.raw<ReadonlyMap<string, Person>>(new Map());
  #presence = $state.raw<ReadonlyMap<string, PresenceStatus>>(new Map());
  #fault = $state.raw<unknown>(undefined);
  #isLoaded = $state(false);

  readonly active = $derived(
    [...this.#people.values()]
      .filter((person) => person.active && !person.imported)
      .sort((one, other) => one.displayName.localeCompare(other.displayName)),
  );

  constructor(api: PeopleApi) {
    this.#api = api;
  }

  get people(): ReadonlyMap<string, Person> {
    return this.#people;
  }

  get fault(): unknown {
    return this.#fault;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  async load(): Promise<void> {
    try {
      const people = await this.#api.all();
      this.#people = new Map(people.map((person) => [person.id, person]));
      this.#fault = undefined;
      this.#isLoaded = true;
    } catch (fault) {
      this.#fault = fault;
    }
  }

  nameOf(userId: string, fallback = 'Somebody'): string {
    return escapeInvisible(this.#people.get(userId)?.displayName ?? fallback);
  }

  presenceOf(userId: string): PresenceStatus {
    return this.#presence.get(userId) ?? 'offline';
  }

  setPresence(userId: string, status: PresenceStatus): void {
    if (this.presenceOf(userId) !== status) this.#presence = new Map(this.#presence).set(userId, status);
  }

  /** Nothing is known while there is no connection. */
  forgetPresence(): void {
    this.#presence = new Map();
  }
}
