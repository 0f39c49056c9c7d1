import type { Person, PresenceStatus } from '@verbatim/shared';
import { personKey } from '../people/people.ts';

/** What is known of one person: of their sockets here, and what other relays say of theirs. */
interface Entry extends Person {
  here: PresenceStatus;
  readonly elsewhere: Map<string, { readonly status: PresenceStatus; readonly untilMs: number }>;
  /** What people were told last, and what other relays were told last of the sockets here. */
  told: PresenceStatus;
  toldPeers: PresenceStatus;
}

export interface PresenceChange extends Person {
  readonly status: PresenceStatus;
}

const rank: Readonly<Record<PresenceStatus, number>> = { offline: 0, away: 1, online: 2 };
const higher = (one: PresenceStatus, other: PresenceStatus): PresenceStatus =>
  rank[one] >= rank[other] ? one : other;

/** Who is there, over all devices and relays: the most present of what is known and has not expired. */
export class PresenceBook {
  readonly #entries = new Map<string, Entry>();

  /** The devices here, together. */
  setHere(person: Person, status: PresenceStatus): void {
    this.#entryOf(person).here = status;
  }

  setElsewhere(person: Person, relayId: string, status: PresenceStatus, untilMs: number): void {
    const { elsewhere } = this.#entryOf(person);
    if (status === 'offline') elsewhere.delete(relayId);
    else elsewhere.set(relayId, { status, untilMs });
  }

  /** What others were told last; offline for whoever is not known. */
  toldOf(person: Person): PresenceStatus {
    return this.#entries.get(personKey(person))?.told ?? 'offline';
  }

  /** Those of these people whose sockets here are not as other relays were told; taken as told from here on. */
  settleHere(people: Iterable<Person>): PresenceChange[] {
    const changes: PresenceChange[] = [];
    for (const person of people) {
      const entry = this.#entries.get(personKey(person));
      if (entry === undefined || entry.here === entry.toldPeers) continue;
      entry.toldPeers = entry.here;
      changes.push({ ...idOf(entry), status: entry.here });
    }
    return changes;
  }

  /** People of whom others were told something else than what is so now; taken as told from here on. */
  settle(people: Iterable<Person>, nowMs: number): PresenceChange[] {
    const changes: PresenceChange[] = [];
    for (const person of people) {
      const entry = this.#entries.get(personKey(person));
      if (entry === undefined) continue;
      const status = statusAt(entry, nowMs);
      if (status !== entry.told) {
        entry.told = status;
        changes.push({ ...idOf(entry), status });
      }
      if (status === 'offline') this.#entries.delete(personKey(entry));
    }
    return changes;
  }

  /** People whom another relay vouched for and no longer does. */
  expired(nowMs: number): Person[] {
    return [...this.#entries.values()].filter(({ elsewhere }) =>
      [...elsewhere.values()].some(({ untilMs }) => untilMs <= nowMs),
    );
  }

  /** People with sockets here. */
  here(): PresenceChange[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.here !== 'offline')
      .map((entry) => ({ ...idOf(entry), status: entry.here }));
  }

  #entryOf({ organizationId, userId }: Person): Entry {
    const key = personKey({ organizationId, userId });
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      organizationId,
      userId,
      here: 'offline',
      elsewhere: new Map(),
      told: 'offline',
      toldPeers: 'offline',
    };
    this.#entries.set(key, entry);
    return entry;
  }
}

const idOf = ({ organizationId, userId }: Person): Person => ({ organizationId, userId });

function statusAt(entry: Entry, nowMs: number): PresenceStatus {
  let status = entry.here;
  for (const [relayId, { status: there, untilMs }] of entry.elsewhere)
    if (untilMs > nowMs) status = higher(status, there);
    else entry.elsewhere.delete(relayId);
  return status;
}
