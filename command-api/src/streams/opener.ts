import {
  decodeEvent,
  keysToOpen,
  MissingKeyError,
  Sealer,
  type DomainEvent,
  type Keyring,
  type KeyScope,
  type StoredEvent,
} from '@verbatim/shared';
import { closedKeyring } from './closed-keyring.ts';
import type { Opened, StreamKind } from './stream-kind.ts';

/** Turns stored events into what the folds understand. */
export class Opener {
  readonly #keyring: Keyring;
  readonly #sealer: Sealer;
  readonly #closed = new Sealer(closedKeyring);

  constructor(keyring: Keyring, sealer: Sealer) {
    this.#keyring = keyring;
    this.#sealer = sealer;
  }

  /** @throws VaultUnavailableError when content must be opened and the vault is away. */
  async open<State, Event extends DomainEvent>(
    kind: StreamKind<State, Event>,
    stored: readonly StoredEvent[],
  ): Promise<Opened<Event>[]> {
    if (kind.readsContent) await this.#prepareKeysOf(stored);
    return this.openAtHand(kind, stored) ?? [];
  }

  /** Undefined when a key is not at hand. */
  openAtHand<State, Event extends DomainEvent>(
    kind: StreamKind<State, Event>,
    stored: readonly StoredEvent[],
  ): Opened<Event>[] | undefined {
    const sealer = kind.readsContent ? this.#sealer : this.#closed;
    try {
      return stored.flatMap((one) => {
        const event = kind.pick(decodeEvent(one, sealer));
        return event === undefined ? [] : [{ stored: one, event }];
      });
    } catch (error) {
      if (error instanceof MissingKeyError) return undefined;
      throw error;
    }
  }

  async #prepareKeysOf(stored: readonly StoredEvent[]): Promise<void> {
    const scopes = new Map<string, Set<KeyScope>>();
    for (const event of stored) {
      const needed = keysToOpen(event);
      if (needed === undefined) continue;
      const ofOrganization = scopes.get(needed.organizationId) ?? new Set();
      for (const scope of needed.keys) ofOrganization.add(scope);
      scopes.set(needed.organizationId, ofOrganization);
    }
    for (const [organizationId, keys] of scopes) await this.#keyring.prepare(organizationId, [...keys]);
  }
}
