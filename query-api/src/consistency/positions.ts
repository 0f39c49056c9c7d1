import type { ReadModelName, ReadSources } from '../sources/read-sources.ts';
import { PositionWatch } from './position-watch.ts';

export interface Positions {
  /**
   * Resolves once all these read models have reached the position.
   * @throws Problem `projection-lag` when they do not in time.
   */
  reached(models: readonly ReadModelName[], position: bigint): Promise<void>;
  stop(): void;
}

/** Each read model is watched by itself: one that is locked or missing keeps nobody waiting who does not read it. */
export function watchPositions({ gate }: ReadSources): Positions {
  const watches = {
    chat: new PositionWatch(gate, 'chat'),
    directory: new PositionWatch(gate, 'directory'),
    search: new PositionWatch(gate, 'search'),
    record: new PositionWatch(gate, 'record'),
  } satisfies Record<ReadModelName, PositionWatch>;
  return {
    reached: async (models, position) => {
      await Promise.all(models.map((model) => watches[model].reached(position)));
    },
    stop: () => {
      for (const watch of Object.values(watches)) watch.stop();
    },
  };
}
