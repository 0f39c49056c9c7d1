import type { ReadinessCheck } from '@verbatim/shared';
import { z } from 'zod';
import type { ReadModelName, ReadSources } from './read-sources.ts';

/** Ready once the read model is there. */
export function readModelCheck(sources: ReadSources, name: ReadModelName): ReadinessCheck {
  return {
    name: `read model ${name}`,
    check: async () => {
      const { rows } = await sources.gate.query(`SELECT position::text AS position FROM ${name}.checkpoint`);
      return { isReady: true, details: z.object({ position: z.string() }).parse(rows[0]) };
    },
  };
}
