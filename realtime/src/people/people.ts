import type { Person as PersonId } from '@verbatim/shared';
import type { Connection } from '../connection/connection.ts';
import { TokenBucket, type Rate } from '../limits/token-bucket.ts';

/** A person with at least one connection here. */
export interface ConnectedPerson extends PersonId {
  readonly connections: Set<Connection>;
  readonly frames: TokenBucket;
}

/** Who is connected to this relay, by person and by organization. */
export class People {
  readonly #byPerson = new Map<string, ConnectedPerson>();
  readonly #byOrganization = new Map<string, Set<Connection>>();
  readonly #frames: Rate;

  /** @param frames that a person may send over all connections together. */
  constructor(frames: Rate) {
    this.#frames = frames;
  }

  add(connection: Connection, { organizationId, userId }: PersonId): ConnectedPerson {
    const key = personKey({ organizationId, userId });
    const person = this.#byPerson.get(key) ?? {
      organizationId,
      userId,
      connections: new Set(),
      frames: new TokenBucket(this.#frames, Date.now()),
    };
    person.connections.add(connection);
    this.#byPerson.set(key, person);
    const colleagues = this.#byOrganization.get(organizationId) ?? new Set();
    this.#byOrganization.set(organizationId, colleagues.add(connection));
    return person;
  }

  remove(connection: Connection, { organizationId, userId }: PersonId): void {
    const key = personKey({ organizationId, userId });
    const person = this.#byPerson.get(key);
    person?.connections.delete(connection);
    if (person?.connections.size === 0) this.#byPerson.delete(key);
    const colleagues = this.#byOrganization.get(organizationId);
    colleagues?.delete(connection);
    if (colleagues?.size === 0) this.#byOrganization.delete(organizationId);
  }

  get(person: PersonId): ConnectedPerson | undefined {
    return this.#byPerson.get(personKey(person));
  }

  all(): IterableIterator<ConnectedPerson> {
    return this.#byPerson.values();
  }

  get size(): number {
    return this.#byPerson.size;
  }

  connectionsOf(person: PersonId): readonly Connection[] {
    return [...(this.get(person)?.connections ?? [])];
  }

  connectionsIn(organizationId: string): Iterable<Connection> {
    return this.#byOrganization.get(organizationId) ?? [];
  }
}

export const personKey = ({ organizationId, userId }: PersonId): string => `${organizationId}/${userId}`;
