import type { DomainEvent, NewEvent } from '@verbatim/shared';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CommandContext } from '../deciding/command-context.ts';
import type { Services } from '../services.ts';

/** `known`: it was there before this request; `taken`: something else stands there. */
export type Appended = 'new' | 'known' | 'taken';

interface Sent {
  readonly context: CommandContext;
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly settle: (appended: Appended) => void;
  readonly fail: (error: unknown) => void;
}

/** Appends on their way at once. */
const maxInFlight = 128;
/** Requests of others get their turn after so many. */
const yieldEvery = 32;

/**
 * First events of many streams, sent one after the other without waiting for the answers. The store takes them in the
 * order in which they are sent, so a crash leaves a beginning and never a hole. When an outcome is not known,
 * nothing more is sent until it is, so that this stays true.
 */
export class AppendPipeline {
  readonly #services: Pick<Services, 'eventStore' | 'runner'>;
  /** What stood at or before this was there before. */
  readonly #knownUpTo: bigint;
  readonly #inFlight = new Set<Promise<void>>();
  #unknown: Sent[] = [];
  #begun = 0;

  constructor(services: Pick<Services, 'eventStore' | 'runner'>, knownUpTo: bigint) {
    this.#services = services;
    this.#knownUpTo = knownUpTo;
  }

  /** Sends the first event of a stream when there is room; its key must be at hand. */
  async begin(
    context: CommandContext,
    stream: string,
    event: DomainEvent,
    roomId?: string,
  ): Promise<{ readonly appended: Promise<Appended> }> {
    const events = await this.#services.runner.seal(context, [event], { roomId });
    if (++this.#begun % yieldEvery === 0) await nextTurn();
    while (this.#inFlight.size >= maxInFlight) await Promise.race(this.#inFlight);
    if (this.#unknown.length > 0) await this.#settleUnknown();
    const appended = new Promise<Appended>((settle, fail) => {
      const sending = this.#send({ context, stream, events, settle, fail }).finally(() =>
        this.#inFlight.delete(sending),
      );
      this.#inFlight.add(sending);
    });
    appended.catch(() => undefined); // whoever asks for the outcome gets the error
    return { appended };
  }

  /** @throws Problem `outcome-unknown` when it cannot be learnt what became of some. */
  async settled(): Promise<void> {
    await Promise.all(this.#inFlight);
    await this.#settleUnknown();
  }

  async #send(sent: Sent): Promise<void> {
    try {
      const result = await this.#services.eventStore.append(sent.stream, sent.events, {
        expectedRevision: 'no-stream',
      });
      if (result.status === 'unknown') this.#unknown.push(sent);
      else this.#settle(sent, result);
    } catch (error) {
      sent.fail(error);
    }
  }

  /** In the order in which they were sent, one by one. */
  async #settleUnknown(): Promise<void> {
    await Promise.all(this.#inFlight);
    const unknown = this.#unknown;
    this.#unknown = [];
    for (const sent of unknown) {
      const { context, stream, events } = sent;
      try {
        this.#settle(sent, await this.#services.runner.appendSettled(context, stream, events, 'no-stream'));
      } catch (error) {
        sent.fail(error);
        throw error;
      }
    }
  }

  #settle(
    sent: Sent,
    result:
      { readonly status: 'appended'; readonly position: bigint } | { readonly status: 'wrong-revision' },
  ): void {
    if (result.status === 'wrong-revision') sent.settle('taken');
    else sent.settle(result.position <= this.#knownUpTo ? 'known' : 'new');
  }
}
