import canonicalize from 'canonicalize';
import { z } from 'zod';
import { WrongEvent, type ExportLine } from './export-line.ts';
import { stateAfter, type MessageState } from './message-state.ts';

/** An event of a trail, and how its message is shown before and after it. */
export type TrailEvent = ExportLine & { readonly priorState?: unknown; readonly resultingState?: unknown };

const goneSchema = z.object({ text: z.null(), content: z.enum(['erased', 'expired']) });

/**
 * Walks over the events of one message, through all pages: each is proven by its leaf, and this shows that between
 * them there is no other. What was cut off behind the last cannot be seen.
 */
export class TrailWalk {
  #stream: string | undefined;
  #nextRevision = 0;
  #lastLeaf = -1;
  #lastPosition = -1n;
  /** Behind a gap nobody knows how the message stood. */
  #isWhole = true;
  #state: MessageState | null = null;

  /** Of the first event, and so of all; undefined before it. */
  get stream(): string | undefined {
    return this.#stream;
  }

  /** Between two pages a key may have been destroyed: words that were there before are then told as gone. */
  startPage(first: TrailEvent): void {
    const gone = goneSchema.safeParse(first.priorState).data;
    if (gone !== undefined && this.#state?.content === 'present') this.#state = { ...this.#state, ...gone };
  }

  /** @throws WrongEvent when it is not the next event of the message, or shows the message as it was not. */
  take(event: TrailEvent): void {
    this.#takeInOrder(event);
    const prior = this.#state;
    this.#state = stateAfter(prior, event);
    if (!this.#isWhole) return;
    if (!isSame(event.priorState, prior)) throw new WrongEvent('it shows the message as it was not before');
    if (!isSame(event.resultingState, this.#state))
      throw new WrongEvent('it shows the message as it was not afterwards');
  }

  #takeInOrder({ stored, leafIndex, position }: TrailEvent): void {
    this.#stream ??= stored.stream;
    if (stored.stream !== this.#stream)
      throw new WrongEvent(`it is of ${stored.stream}, not ${this.#stream}`);
    const due = this.#nextRevision;
    this.#isWhole &&= stored.revision === due;
    if (stored.revision < due)
      throw new WrongEvent(
        `it is event number ${stored.revision} of its message and stands after number ${due - 1}`,
      );
    this.#nextRevision = stored.revision + 1;
    if (stored.revision > due)
      throw new WrongEvent(
        `it is event number ${stored.revision} of its message, and number ${due} is missing`,
      );
    if (leafIndex <= this.#lastLeaf || BigInt(position) <= this.#lastPosition)
      throw new WrongEvent('it is not in the order of the log');
    this.#lastLeaf = leafIndex;
    this.#lastPosition = BigInt(position);
  }
}

const isSame = (shown: unknown, state: MessageState | null): boolean =>
  canonicalize(shown ?? null) === canonicalize(state);
