/**
 * How a state is folded from events: pure outside, linear inside. `apply` may change its draft, which is a private copy
 * made once for each fold, so that a stream of n events costs n steps and not n copies.
 */
export interface Folding<State, Event> {
  readonly initial: State;
  fold(state: State, events: Iterable<Event>): State;
  evolve(state: State, event: Event): State;
}

export function folding<State, Draft extends State, Event>(parts: {
  readonly initial: State;
  /** A copy that shares nothing that `apply` changes. */
  readonly draft: (state: State) => Draft;
  /** Total: never rejects, reads no clock. */
  readonly apply: (draft: Draft, event: Event) => Draft;
}): Folding<State, Event> {
  const fold = (state: State, events: Iterable<Event>): State => {
    let draft: Draft | undefined;
    for (const event of events) draft = parts.apply(draft ?? parts.draft(state), event);
    return draft ?? state;
  };
  return { initial: parts.initial, fold, evolve: (state, event) => fold(state, [event]) };
}
