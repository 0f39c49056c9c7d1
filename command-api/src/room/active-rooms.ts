import { roomDayScope, utcDay, type Keyring, type KeyScope } from '@verbatim/shared';
import { LRUCache } from 'lru-cache';

const maxRooms = 50_000;
const dayMs = 24 * 60 * 60 * 1_000;
/** Room-days whose keys are asked for at once. */
const chunkKeys = 500;

/** The rooms that people talk in: their keys for tomorrow are made today, so that midnight needs no vault. */
export class ActiveRooms {
  readonly #keyring: Keyring;
  readonly #organizationOf = new LRUCache<string, string>({ max: maxRooms });
  readonly #prepared = new Set<string>();
  #preparedFor = '';

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  note(organizationId: string, roomId: string): void {
    this.#organizationOf.set(roomId, organizationId);
  }

  /** @throws VaultUnavailableError; what was prepared until then stays so. */
  async prepareTomorrow(nowMs = Date.now()): Promise<void> {
    const tomorrow = utcDay(new Date(nowMs + dayMs).toISOString());
    if (tomorrow !== this.#preparedFor) this.#prepared.clear();
    this.#preparedFor = tomorrow;
    const roomsOf = new Map<string, string[]>();
    for (const [roomId, organizationId] of this.#organizationOf.entries())
      if (!this.#prepared.has(roomId))
        roomsOf.set(organizationId, [...(roomsOf.get(organizationId) ?? []), roomId]);
    for (const [organizationId, roomIds] of roomsOf)
      for (let from = 0; from < roomIds.length; from += chunkKeys) {
        const some = roomIds.slice(from, from + chunkKeys);
        const scopes: KeyScope[] = some.map((roomId) => roomDayScope(roomId, tomorrow));
        await this.#keyring.prepare(organizationId, scopes, { create: true });
        for (const roomId of some) this.#prepared.add(roomId);
      }
  }
}
