import {
  decodeEvent,
  isEventName,
  keysToOpen,
  MalformedEventError,
  personScope,
  roomDayScope,
  Sealer,
  VaultUnavailableError,
  type KeyScope,
  type Keyring,
  type Recorded,
  type RecordedEvent,
} from '@verbatim/shared';
import type { LogItem } from './log-item.ts';
import { isUuid } from './partition.ts';

/** Opens what the log holds. What fails on its own becomes an item with its failure; a vault that is away is thrown. */
export class EventDecoder {
  readonly #keyring: Keyring;
  readonly #sealer: Sealer;
  readonly #opens: ReadonlySet<string>;

  /** @param opens types that anybody wants opened. */
  constructor(keyring: Keyring, opens: ReadonlySet<string>) {
    this.#keyring = keyring;
    this.#sealer = new Sealer(keyring);
    this.#opens = opens;
  }

  /** @throws VaultUnavailableError when keys cannot be asked for: everything waits then. */
  async decode(events: readonly RecordedEvent[]): Promise<LogItem[]> {
    const failures = await this.#prepareKeys(events.filter(({ type }) => this.#opens.has(type)));
    return events.map((stored) => this.#toItem(stored, failures.get(stored) ?? null));
  }

  #toItem(stored: RecordedEvent, failure: Error | null): LogItem {
    if (failure !== null) return { stored, event: null, failure };
    if (!this.#opens.has(stored.type) && isEventName(stored.type))
      return { stored, event: null, failure: null };
    try {
      const event = decodeEvent(stored, this.#sealer);
      this.#forgetKeysOf(event);
      return { stored, event, failure: null };
    } catch (error) {
      return { stored, event: null, failure: asError(error) };
    }
  }

  /** Asks the vault once for each organization; when that fails for one event's sake, event by event. */
  async #prepareKeys(events: readonly RecordedEvent[]): Promise<Map<RecordedEvent, Error>> {
    const failures = new Map<RecordedEvent, Error>();
    const byOrganization = new Map<
      string,
      { keys: Set<KeyScope>; events: Map<RecordedEvent, readonly KeyScope[]> }
    >();
    for (const event of events) {
      const wanted = keysToOpen(event);
      if (wanted === undefined) continue;
      if (!isAskable(wanted.organizationId, wanted.keys)) {
        failures.set(event, new MalformedEventError('it names keys that no vault can hold'));
        continue;
      }
      const known = byOrganization.get(wanted.organizationId) ?? { keys: new Set(), events: new Map() };
      byOrganization.set(wanted.organizationId, known);
      for (const key of wanted.keys) known.keys.add(key);
      known.events.set(event, wanted.keys);
    }
    for (const [organizationId, { keys, events: wanting }] of byOrganization) {
      if ((await this.#tryToPrepare(organizationId, [...keys])) === null) continue;
      for (const [event, eventKeys] of wanting) {
        const failure = await this.#tryToPrepare(organizationId, eventKeys);
        if (failure !== null) failures.set(event, failure);
      }
    }
    return failures;
  }

  async #tryToPrepare(organizationId: string, keys: readonly KeyScope[]): Promise<Error | null> {
    try {
      await this.#keyring.prepare(organizationId, keys);
      return null;
    } catch (error) {
      if (error instanceof VaultUnavailableError) throw error;
      return asError(error);
    }
  }

  /** These keys are about to be destroyed, or just were: what is asked for next is asked of the vault. */
  #forgetKeysOf(event: Recorded): void {
    const { organizationId } = event.metadata;
    if (event.type === 'ErasureRequested' || event.type === 'ContentErased')
      this.#keyring.forget(organizationId, [personScope(event.data.userId)]);
    if (event.type === 'RetentionApplied')
      this.#keyring.forget(
        organizationId,
        event.data.roomDays.map(({ roomId, day }) => roomDayScope(roomId, day)),
      );
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** What Postgres could not even look for would otherwise look like a vault that is away. */
const isAskable = (organizationId: string, keys: readonly KeyScope[]): boolean =>
  isUuid(organizationId) && keys.every((key) => /^[\w:-]{1,200}$/.test(key));
