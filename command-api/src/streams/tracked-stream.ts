import type { DomainEvent } from '@verbatim/shared';
import type { Opened, StreamKind } from './stream-kind.ts';

/** What a command with a key of its own came to, for whoever sends it again. */
export interface Receipt {
  readonly fingerprint: string;
  readonly revision: bigint;
  readonly position: bigint;
}

/** A stream's state as far as it was read, with all that is needed to append to it. */
export class TrackedStream<State, Event extends DomainEvent> {
  /** Whose stream it is; undefined while it has no events. */
  organizationId: string | undefined;
  state: State;
  /** Of the last event; -1 while there is none. */
  revision = -1n;
  position = 0n;
  /** When a read last found nothing beyond `revision`; on the clock of `performance.now()`. */
  verifiedAtMs = -Infinity;
  /** The highest revision that the subscription has told of, perhaps while a read was under way. */
  announcedRevision = -1n;
  /** The command that began the stream, if it had a key. */
  #creation: { readonly actorId: string; readonly receipt: Receipt } | undefined;
  readonly #kind: StreamKind<State, Event>;
  readonly #receipts = new Map<string, Receipt>();

  constructor(kind: StreamKind<State, Event>) {
    this.#kind = kind;
    this.state = kind.initial;
  }

  get weight(): number {
    return 1 + this.#kind.weigh(this.state) + this.#receipts.size;
  }

  /** Begins before this revision instead of at the start of the stream. */
  beginBefore(revision: bigint): void {
    if (this.revision < 0n) this.revision = revision - 1n;
  }

  /** Takes in the next events and passes over those it has; false when some are missing between. */
  take(events: readonly Opened<Event>[]): boolean {
    const news = events.filter(({ stored }) => stored.revision > this.revision);
    let expected = this.revision;
    for (const { stored } of news) if (stored.revision !== ++expected) return false;
    if (news.length === 0) return true;
    this.state = this.#kind.fold(this.state, news);
    for (const { event } of news) {
      this.organizationId ??= event.metadata.organizationId;
      this.revision = event.revision;
      this.position = event.position;
      this.#note(event.metadata, event.revision, event.position);
    }
    return true;
  }

  /**
   * What a command came to before, if it was given a key and is here. What made the stream is known again by its
   * body too, since whoever chose the id of what was made may send it with a key or without.
   */
  receiptOf(actorId: string, commandId: string, fingerprint: string): Receipt | undefined {
    const receipt = this.#receipts.get(receiptName(actorId, commandId));
    if (receipt !== undefined) return receipt;
    const isCreation =
      this.#creation?.actorId === actorId && this.#creation.receipt.fingerprint === fingerprint;
    return isCreation ? this.#creation?.receipt : undefined;
  }

  #note(
    metadata: { actorId: string; commandId: string; fingerprint?: string | undefined },
    revision: bigint,
    position: bigint,
  ): void {
    const { actorId, commandId, fingerprint } = metadata;
    if (fingerprint === undefined) return;
    const receipt = { fingerprint, revision, position };
    this.#receipts.set(receiptName(actorId, commandId), receipt);
    const belongsToCreation =
      this.#creation?.actorId === actorId && this.#creation.receipt.fingerprint === fingerprint;
    if (revision === 0n || belongsToCreation) this.#creation = { actorId, receipt };
  }
}

const receiptName = (actorId: string, commandId: string): string => `${actorId}:${commandId}`;
