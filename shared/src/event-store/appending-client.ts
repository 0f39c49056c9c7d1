import { EventStoreDBClient, isCommandError } from '@eventstore/db-client';
import type { AppendResult } from '@eventstore/db-client';
import { EventStoreFault } from './faults.ts';
import { readStream } from './read.ts';

/** No answer within the append's own time: the client by itself might wait for ever. */
export class AppendTimeoutError extends Error {
  override readonly name = 'AppendTimeoutError';
}

/**
 * The one client of this process that appends. @eventstore/db-client 6.2.1 keeps the promises of all clients'
 * appends in one place: an error on one client's connection rejects the appends of the others too, and their
 * late answers then kill the process. So there is never a second one: a client that no longer answers is
 * disposed of entirely before the next is made.
 */
export class AppendingClient {
  #client: EventStoreDBClient;
  #renewal: Promise<void> | undefined;
  #lastAnswerAt = 0;
  readonly #connectionString: string;

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
    this.#client = EventStoreDBClient.connectionString(connectionString);
  }

  /** Runs an append and settles within `timeoutMs`: the outcome of a rejected or late one is unknown. */
  async settle(
    timeoutMs: number,
    run: (client: EventStoreDBClient) => Promise<AppendResult>,
  ): Promise<AppendResult> {
    const startedAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new AppendTimeoutError(`no answer to an append for ${timeoutMs} ms`)),
        timeoutMs,
      );
    });
    try {
      if (this.#renewal !== undefined) await Promise.race([this.#renewal, timeout]);
      const result = await Promise.race([run(this.#client), timeout]);
      this.#lastAnswerAt = performance.now();
      return result;
    } catch (error) {
      this.#noteFailure(error, startedAt);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async positionOf(stream: string, revision: bigint): Promise<bigint> {
    for await (const event of readStream(this.#client, stream, { fromRevision: revision, maxCount: 1 }))
      return event.position;
    throw new EventStoreFault(`${stream}@${revision} was appended but cannot be read`, { isRetryable: true });
  }

  async dispose(): Promise<void> {
    await this.#renewal;
    await this.#client.dispose();
  }

  /**
   * The client recovers by itself from a lost connection, but not from a call stream that the server ended without
   * answering, nor from a failed discovery of the cluster, whose error it would repeat for ever.
   */
  #noteFailure(error: unknown, startedAt: number): void {
    const isDeaf = error instanceof AppendTimeoutError && this.#lastAnswerAt < startedAt;
    if (error instanceof Error && isCommandError(error)) {
      this.#lastAnswerAt = performance.now();
      return;
    }
    if (isDeaf || !(error instanceof AppendTimeoutError)) this.#renew();
  }

  #renew(): void {
    if (this.#renewal !== undefined) return;
    const old = this.#client;
    this.#renewal = old.dispose().then(() => {
      this.#client = EventStoreDBClient.connectionString(this.#connectionString);
      this.#renewal = undefined;
    });
  }
}
