import { Problem, streamOf, type Keyring, type Member, type RecordedEvent } from '@verbatim/shared';
import { LRUCache } from 'lru-cache';
import { setTimeout as delay } from 'node:timers/promises';
import { openProfiles } from '../people/profile.ts';
import type { Services } from '../services.ts';
import { NameIndex } from './name-index.ts';

interface Entry {
  readonly index: NameIndex;
  /** The members as they were when all their names were known; the map is another one after any change. */
  completeFor: ReadonlyMap<string, Member> | undefined;
  loading: Promise<void> | undefined;
  /** Who was renamed while names were being read: what was read of them may be the old name. */
  readonly renamed: Set<string>;
}

const maxOrganizations = 200;
const maxConcurrentReads = 16;
/** People whose keys are asked for at once. */
const chunkPeople = 256;
/** A message with an `@` waits this long for names, then is to be sent again: nobody is silently not called. */
const maxWaitMs = 3_000;

type Needed = Pick<Services, 'states' | 'sealer'> & { readonly keyring: Keyring };

/** What the people of an organization are called; read when the first `@` is written there, then kept up. */
export class OrganizationNames {
  readonly #services: Needed;
  readonly #entries = new LRUCache<string, Entry>({ max: maxOrganizations });

  constructor(services: Needed) {
    this.#services = services;
  }

  /** @throws Problem `unavailable` while the names are not at hand. */
  async of(organizationId: string, members: ReadonlyMap<string, Member>): Promise<NameIndex> {
    const entry = this.#entries.get(organizationId) ?? this.#enter(organizationId);
    const giveUpAt = performance.now() + maxWaitMs;
    // What others are waiting for may be the names of fewer people, and somebody may be renamed meanwhile.
    while (entry.completeFor !== members) {
      entry.loading ??= this.#load(entry, members).finally(() => (entry.loading = undefined));
      const leftMs = Math.max(0, giveUpAt - performance.now());
      const isTooLate = delay(leftMs, 'late', { ref: false });
      if ((await Promise.race([entry.loading, isTooLate])) === 'late')
        throw new Problem('unavailable', { detail: 'The names of the organization are still being read.' });
    }
    return entry.index;
  }

  /** Names that may have changed are forgotten here and read again when they are needed. */
  applyFromFeed({ type, stream, data }: RecordedEvent): void {
    if (type === 'ProfileChanged') this.#forget(stream.slice('user-'.length));
    if (type === 'ErasureRequested' && hasUserId(data)) this.#forget(data.userId);
  }

  #forget(userId: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.loading !== undefined) entry.renamed.add(userId);
      if (entry.index.remove(userId)) entry.completeFor = undefined;
    }
  }

  #enter(organizationId: string): Entry {
    const entry: Entry = {
      index: new NameIndex(),
      completeFor: undefined,
      loading: undefined,
      renamed: new Set(),
    };
    this.#entries.set(organizationId, entry);
    return entry;
  }

  async #load(entry: Entry, members: ReadonlyMap<string, Member>): Promise<void> {
    entry.renamed.clear();
    const missing = [...members.keys()].filter((userId) => !entry.index.has(userId));
    for (let from = 0; from < missing.length; from += chunkPeople)
      await this.#loadSome(entry, missing.slice(from, from + chunkPeople));
    for (const userId of entry.renamed) entry.index.remove(userId);
    entry.completeFor = entry.renamed.size === 0 ? members : undefined;
  }

  async #loadSome({ index }: Entry, userIds: readonly string[]): Promise<void> {
    const { states } = this.#services;
    const named = await mapConcurrently(userIds, maxConcurrentReads, async (userId) => {
      const { state } = await states.users.get(streamOf.user(userId), 'recent');
      return state.named;
    });
    const profiles = await openProfiles(this.#services, named);
    for (const [position, userId] of userIds.entries())
      index.set(userId, profiles[position]?.displayName ?? null);
  }
}

async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  maxConcurrent: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += maxConcurrent)
    results.push(...(await Promise.all(items.slice(from, from + maxConcurrent).map(work))));
  return results;
}

function hasUserId(data: unknown): data is { readonly userId: string } {
  return typeof data === 'object' && data !== null && 'userId' in data && typeof data.userId === 'string';
}
