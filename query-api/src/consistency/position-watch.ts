import { Problem, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';

const defaultTimeoutMs = 5_000;
const pollIntervalMs = 3;
/** More who wait at once are told to come back. */
const maxWaiters = 5_000;

interface Waiter {
  readonly position: bigint;
  readonly settle: (fault?: Error) => void;
}

const checkpointSchema = z.object({ position: z.string() });

/**
 * Lets queries wait until one read model has got to a position. All who wait share one look at its checkpoint every few
 * milliseconds; while nobody waits nobody looks. Nothing is remembered from one look to the next: after a crash of
 * Postgres a checkpoint may be behind what it was.
 */
export class PositionWatch {
  readonly #source: SqlSource;
  readonly #schema: string;
  readonly #timeoutMs: number;
  readonly #waiters = new Set<Waiter>();
  #isPolling = false;

  constructor(source: SqlSource, schema: string, timeoutMs = defaultTimeoutMs) {
    this.#source = source;
    this.#schema = schema;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws Problem `projection-lag` when the read model is not there in time. */
  async reached(position: bigint): Promise<void> {
    if (this.#waiters.size >= maxWaiters) throw new Problem('projection-lag');
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        position,
        settle: (fault) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          if (fault === undefined) resolve();
          else reject(fault);
        },
      };
      const timer = setTimeout(() => waiter.settle(new Problem('projection-lag')), this.#timeoutMs);
      this.#waiters.add(waiter);
      if (!this.#isPolling) void this.#poll();
    });
  }

  /** Whoever waits is told to come back. */
  stop(): void {
    this.#settle(() => true, new Problem('unavailable'));
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#waiters.size > 0) {
      try {
        const reached = await this.#look();
        this.#settle(({ position }) => position <= reached);
      } catch (error) {
        this.#settle(() => true, error instanceof Error ? error : new Error(String(error)));
      }
      if (this.#waiters.size > 0) await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
    }
    this.#isPolling = false;
  }

  async #look(): Promise<bigint> {
    const { rows } = await this.#source.query(
      `SELECT position::text AS position FROM ${this.#schema}.checkpoint`,
    );
    return BigInt(checkpointSchema.parse(rows[0]).position);
  }

  #settle(isConcerned: (waiter: Waiter) => boolean, fault?: Error): void {
    for (const waiter of [...this.#waiters]) if (isConcerned(waiter)) waiter.settle(fault);
  }
}
