import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreDBClient, isCommandError } from '@eventstore/db-client';
import type { AppendResult } from '@eventstore/db-client';
import { EventStoreFault } from './faults.ts';
import { readStream } from './read.ts';

/** No answer within the append's own time: the client by itself might wait for ever. */
class AppendTimeoutError extends Error {
  override readonly name = 'AppendTimeoutError';
}

type Run = (client: EventStoreDBClient) => Promise<AppendResult>;
interface Append {
  readonly run: Run;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
  readonly timeoutMs: number;
  sentAt: number;
  timer?: NodeJS.Timeout;
}

/** Appends that wait for the one that opens the connection; beyond it they are refused. */
const maxWaitingAppends = 10_000;
/** Calls that can be ended end at once. */
const disposeTimeoutMs = 500;
/** How long after an answer, with nothing under way, the connection is taken to be the same. */
const sameConnectionMs = 100;

/**
 * The one client of this process that appends. @eventstore/db-client 6.2.1 keeps the promises of all clients'
 * appends in one place: an error on one client's connection rejects the appends of the others too, and their
 * late answers then kill the process. So there is never a second one: a client that no longer answers is
 * disposed of entirely before the next is made.
 *
 * Appends go out in the order of the calls. The client keeps it only on a connection that is open: the append that
 * opens one is overtaken by those behind it. So that one goes alone, and the others wait for its answer.
 */
export class AppendingClient {
  #client: EventStoreDBClient;
  #isRenewing = false;
  /** The connection has answered and has not failed since: more than one append may be under way. */
  #isOpen = false;
  #lastAnswerAt = -Infinity;
  #sent = new Set<Append>();
  readonly #waiting = new Set<Append>();
  readonly #connectionString: string;

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
    this.#client = EventStoreDBClient.connectionString(connectionString);
  }

  /** Runs an append in its turn and settles within `timeoutMs`: the outcome of a rejected or late one is unknown. */
  settle(timeoutMs: number, run: Run): Promise<AppendResult> {
    if (this.#waiting.size >= maxWaitingAppends)
      throw new EventStoreFault('too many appends wait for the event store', { isRetryable: true });
    return new Promise((resolve, reject) => {
      const append: Append = { run, resolve, reject, timeoutMs, sentAt: 0 };
      append.timer = setTimeout(() => {
        this.#timeOut(append);
        reject(new AppendTimeoutError(`no answer to an append for ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.add(append);
      this.#sendWaiting();
    });
  }

  async positionOf(stream: string, revision: bigint): Promise<bigint> {
    for await (const event of readStream(this.#client, stream, { fromRevision: revision, maxCount: 1 }))
      return event.position;
    throw new EventStoreFault(`${stream}@${revision} was appended but cannot be read`, { isRetryable: true });
  }

  /** Ends all calls. One that the server ended long ago never tells the client so, and is not waited for. */
  async dispose(): Promise<void> {
    await Promise.race([this.#client.dispose(), delay(disposeTimeoutMs, undefined, { ref: false })]);
  }

  #sendWaiting(): void {
    if (this.#sent.size === 0 && performance.now() - this.#lastAnswerAt > sameConnectionMs)
      this.#isOpen = false;
    for (const append of this.#waiting) {
      if (this.#isRenewing || (this.#sent.size > 0 && !this.#isOpen)) return;
      this.#waiting.delete(append);
      this.#send(append);
    }
  }

  #send(append: Append): void {
    append.sentAt = performance.now();
    this.#sent.add(append);
    append.run(this.#client).then(
      (result) => {
        this.#noteAnswer();
        this.#finish(append);
        append.resolve(result);
      },
      (error: unknown) => {
        if (isAnswer(error)) this.#noteAnswer();
        else this.#noteFailure(error);
        this.#finish(append);
        append.reject(error);
      },
    );
  }

  #finish(append: Append): void {
    clearTimeout(append.timer);
    this.#sent.delete(append);
    this.#sendWaiting();
  }

  #timeOut(append: Append): void {
    if (this.#waiting.delete(append)) return;
    this.#sent.delete(append);
    const silentMs = performance.now() - Math.max(append.sentAt, this.#lastAnswerAt);
    if (silentMs >= append.timeoutMs / 2) this.#renew(); // one sent at its last moment proves nothing
    this.#sendWaiting();
  }

  #noteAnswer(): void {
    this.#lastAnswerAt = performance.now();
    this.#isOpen = true;
  }

  /**
   * The client recovers by itself from a lost connection, but not from a call that the server ended without
   * answering, nor from a failed discovery of the cluster, whose error it would repeat for ever.
   */
  #noteFailure(error: unknown): void {
    this.#isOpen = false;
    if (!(error instanceof Error && isCommandError(error))) this.#renew();
  }

  #renew(): void {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    this.#isOpen = false;
    void this.dispose().then(() => {
      this.#client = EventStoreDBClient.connectionString(this.#connectionString);
      this.#sent = new Set();
      this.#isRenewing = false;
      this.#sendWaiting();
    });
  }
}

/** The store answered to this append; errors of the connection carry a gRPC code instead. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && isCommandError(error) && error.code === undefined;
}
