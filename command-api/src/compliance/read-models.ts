import { setTimeout as delay } from 'node:timers/promises';
import { Problem, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';

type ReadModelName = 'chat' | 'directory' | 'search' | 'record';

const pollMs = 10;
const defaultWithinMs = 5_000;
const checkpointSchema = z.array(z.object({ position: z.bigint() })).min(1);

/**
 * What the read models tell of the past. Commands are decided without them, but for what only all of an organization's
 * log knows, such as where somebody ever was: that is asked once they have everything, or not at all.
 */
export class ReadModels {
  readonly source: SqlSource;

  constructor(source: SqlSource) {
    this.source = source;
  }

  /** @throws Problem `projection-lag` when they do not get there in time. */
  async reached(
    names: readonly ReadModelName[],
    position: bigint,
    withinMs = defaultWithinMs,
  ): Promise<void> {
    const giveUpAt = performance.now() + withinMs;
    for (const name of names)
      while ((await this.#positionOf(name)) < position) {
        if (performance.now() > giveUpAt) throw new Problem('projection-lag');
        await delay(pollMs);
      }
  }

  async #positionOf(name: ReadModelName): Promise<bigint> {
    const { rows } = await this.source.query(`SELECT position FROM ${name}.checkpoint`);
    return checkpointSchema.parse(rows)[0]?.position ?? 0n;
  }
}
