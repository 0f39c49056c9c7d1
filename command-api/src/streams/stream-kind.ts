import type { DomainEvent, Recorded, StoredEvent } from '@verbatim/shared';

/** One stored event together with what it says. */
export interface Opened<Event extends DomainEvent = DomainEvent> {
  readonly stored: StoredEvent;
  readonly event: Recorded<Event>;
}

/** How the streams of one category become states. */
export interface StreamKind<State, Event extends DomainEvent> {
  /** The event if it is one of this category's; a stream of ours holds no others. */
  readonly pick: (event: Recorded) => Recorded<Event> | undefined;
  readonly initial: State;
  readonly fold: (state: State, events: readonly Opened<Event>[]) => State;
  /**
   * Whether the fold looks at sealed content. Where it does not, states are at hand without the key vault.
   */
  readonly readsContent: boolean;
  /** For long streams whose state is told by their newest events: how many of those are read. All unless given. */
  readonly tailEvents?: number;
  /** Roughly how many things a state holds, to bound a cache by. */
  readonly weigh: (state: State) => number;
}
