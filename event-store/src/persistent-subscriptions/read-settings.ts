import { invalidArgument } from '../streams/errors.ts';
import { checkFilter } from '../streams/filter-options.ts';
import type { StartPoint } from '../streams/read-request.ts';
import { groupFailed } from './errors.ts';
import type { changeRequest } from './messages.ts';
import type { ContentOf } from '../protobuf/message.ts';
import { STRATEGIES, type GroupKey, type GroupSettings, type StrategyName } from './settings.ts';

const TICKS_PER_MS = 10_000n;
/** A revision that has the sign bit set is −1, by which older clients mean the end. */
const SIGN_BIT = 2n ** 63n;
/** Strategies by the numbers that older clients know. */
const NUMBERED: readonly StrategyName[] = ['DispatchToSingle', 'RoundRobin', 'Pinned'];

export interface GroupRequest {
  readonly key: GroupKey;
  readonly settings: GroupSettings;
}

type Options = NonNullable<ContentOf<typeof changeRequest>['options']>;

/** What Create and Update ask for. */
export function readGroupRequest({ options }: ContentOf<typeof changeRequest>): GroupRequest {
  if (!options?.settings) throw invalidArgument('A persistent subscription must have settings');
  const key = { stream: streamOf(options), group: options.group };
  return { key, settings: readSettings(key, options, options.settings) };
}

function streamOf({ stream, legacyStream, all }: Options): string | undefined {
  return all ? undefined : (stream?.stream?.name ?? legacyStream?.name ?? '');
}

function readSettings(
  key: GroupKey,
  options: Options,
  asked: NonNullable<Options['settings']>,
): GroupSettings {
  const counts = {
    messageTimeoutMs: asked.messageTimeoutMs ?? msOf(asked.messageTimeoutTicks),
    checkpointAfterMs: asked.checkpointAfterMs ?? msOf(asked.checkpointAfterTicks),
    maxRetryCount: asked.maxRetryCount,
    minCheckpointCount: asked.minCheckpointCount,
    maxCheckpointCount: asked.maxCheckpointCount,
    maxSubscriberCount: asked.maxSubscriberCount,
    liveBufferSize: asked.liveBufferSize,
    readBatchSize: asked.readBatchSize,
    historyBufferSize: asked.historyBufferSize,
  };
  const negative = Object.entries(counts).find(([, count]) => count < 0);
  if (negative) throw groupFailed(key, `${negative[0]} may not be negative`);
  const { filter } = options.all ?? {};
  return {
    ...counts,
    resolveLinks: asked.resolveLinks,
    extraStatistics: asked.extraStatistics,
    startFrom: startOf(options),
    strategy: strategyOf(key, asked.strategy, asked.namedStrategy),
    ...(filter && { filter: mutable(checkFilter(filter)) }),
  };
}

function mutable(filter: ReturnType<typeof checkFilter>) {
  return { ...filter, prefixes: [...filter.prefixes] };
}

function msOf(ticks = 0n): number {
  return Number(BigInt.asIntN(64, ticks) / TICKS_PER_MS);
}

function startOf({ stream, all, settings }: Options): StartPoint {
  const source = all ?? stream;
  const exact = all?.position?.commit ?? stream?.revision;
  if (exact !== undefined) return Number(exact);
  if (source) return source.end ? 'end' : 'start';
  const revision = settings?.revision ?? 0n;
  if (revision >= SIGN_BIT) return 'end';
  return revision === 0n ? 'start' : Number(revision);
}

function strategyOf(key: GroupKey, name: string, number: number): StrategyName {
  const found = name === '' ? NUMBERED[number] : STRATEGIES.find((strategy) => strategy === name);
  if (!found) throw groupFailed(key, `Consumer strategy ${name === '' ? number : name} does not exist.`);
  return found;
}
