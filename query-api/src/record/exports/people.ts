import type { Keyring, SqlSource } from '@verbatim/shared';
import { LRUCache } from 'lru-cache';
import { namesThen } from '../past/names-then.ts';
import type { Person } from './transcript.ts';

const maxHeldPeople = 10_000;

/** What people were called at the end of an export, asked for a batch at a time. */
export class ExportedPeople {
  readonly #source: SqlSource;
  readonly #freshKeyring: () => Keyring;
  readonly #asOf: { readonly organizationId: string; readonly endLeaf: bigint };
  readonly #held = new LRUCache<string, Person>({ max: maxHeldPeople });

  constructor(
    source: SqlSource,
    freshKeyring: () => Keyring,
    asOf: { readonly organizationId: string; readonly endLeaf: bigint },
  ) {
    this.#source = source;
    this.#freshKeyring = freshKeyring;
    this.#asOf = asOf;
  }

  /** @returns a look-up of these people; who was erased, or never was, has an id and nothing else */
  async among(userIds: Iterable<string>): Promise<(userId: string) => Person> {
    const wanted = new Set(userIds);
    const missing = [...wanted].filter((userId) => !this.#held.has(userId));
    const names = await namesThen(this.#source, this.#freshKeyring(), { ...this.#asOf, userIds: missing });
    const found = new Map<string, Person>();
    for (const userId of wanted) {
      const name = names.get(userId) ?? { displayName: null, email: null };
      const person = this.#held.get(userId) ?? { id: userId, ...name };
      this.#held.set(userId, person);
      found.set(userId, person);
    }
    return (userId) => found.get(userId) ?? { id: userId, displayName: null, email: null };
  }
}
