import { Problem, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import type { ReadModelName } from '../sources/read-sources.ts';

export interface PositionWatchOptions {
  readonly timeoutMs?: number;
}

interface Waiter {
  readonly models: readonly ReadModelName[];
  readonly position: bigint;
  looks: number;
  readonly settle: (outcome: { readonly hadToWait: boolean } | { readonly fault: Error }) => void;
}

const defaultTimeoutMs = 5_000;
const pollIntervalMs = 3;
/** More who wait at once are told to come back. */
const maxWaiters = 5_000;

const checkpointSchema = z.object({ position: z.string() });

/**
 * Lets queries wait until read models have got to a position. Everybody who waits shares one look at the checkpoints
 * every few milliseconds; while nobody waits nobody looks. Nothing is remembered from one look to the next: after a
 * crash of Postgres a checkpoint may be behind what it was.
 */
export class PositionWatch {
  readonly #source: SqlSource;
  readonly #timeoutMs: number;
  readonly #waiters = new Set<Waiter>();
  #isPolling = false;

  constructor(source: SqlSource, { timeoutMs = defaultTimeoutMs }: PositionWatchOptions = {}) {
    this.#source = source;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves once all these read models have reached the position; tells whether they had to be waited for.
   * @throws Problem `projection-lag` when they do not in time.
   */
  async reached(
    models: readonly ReadModelName[],
    position: bigint,
  ): Promise<{ readonly hadToWait: boolean }> {
    if (this.#waiters.size >= maxWaiters) throw new Problem('projection-lag');
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        models,
        position,
        looks: 0,
        settle: (outcome) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          if ('fault' in outcome) reject(outcome.fault);
          else resolve(outcome);
        },
      };
      const timer = setTimeout(
        () => waiter.settle({ fault: new Problem('projection-lag') }),
        this.#timeoutMs,
      );
      this.#waiters.add(waiter);
      if (!this.#isPolling) void this.#poll();
    });
  }

  /** Whoever waits is told to come back. */
  stop(): void {
    this.#settleAll({ fault: new Problem('unavailable') });
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#waiters.size > 0) {
      try {
        await this.#look();
      } catch (error) {
        this.#settleAll({ fault: error instanceof Error ? error : new Error(String(error)) });
      }
      if (this.#waiters.size > 0) await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
    }
    this.#isPolling = false;
  }

  async #look(): Promise<void> {
    const looking = [...this.#waiters];
    const names = [...new Set(looking.flatMap(({ models }) => models))];
    const positions = new Map(
      await Promise.all(names.map(async (name) => [name, await this.#positionOf(name)] as const)),
    );
    for (const waiter of looking) {
      waiter.looks += 1;
      if (waiter.models.every((name) => (positions.get(name) ?? -1n) >= waiter.position))
        waiter.settle({ hadToWait: waiter.looks > 1 });
    }
  }

  async #positionOf(model: ReadModelName): Promise<bigint> {
    const { rows } = await this.#source.query(`SELECT position::text AS position FROM ${model}.checkpoint`);
    return BigInt(checkpointSchema.parse(rows[0]).position);
  }

  #settleAll(outcome: { readonly fault: Error }): void {
    for (const waiter of [...this.#waiters]) waiter.settle(outcome);
  }
}
