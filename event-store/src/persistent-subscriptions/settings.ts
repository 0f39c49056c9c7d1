import { z } from 'zod';

export const STRATEGIES = ['RoundRobin', 'DispatchToSingle', 'Pinned', 'PinnedByCorrelation'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

const count = z.number().int().nonnegative();

const filterSchema = z.object({
  on: z.enum(['stream', 'type']),
  regex: z.string(),
  prefixes: z.array(z.string()),
  windowEvents: count,
  checkpointIntervalMultiplier: count,
});

/** How a group hands out its events, as it is stored. */
export const settingsSchema = z.object({
  resolveLinks: z.boolean(),
  /** The first event to hand out (a revision, or a position in `$all`), or one of the ends. */
  startFrom: z.union([z.literal('start'), z.literal('end'), count]),
  extraStatistics: z.boolean(),
  /** 0: a client may take as long as it likes. */
  messageTimeoutMs: count,
  maxRetryCount: count,
  checkpointAfterMs: count,
  minCheckpointCount: count,
  maxCheckpointCount: count,
  /** 0: any number. */
  maxSubscriberCount: count,
  liveBufferSize: count,
  readBatchSize: count,
  historyBufferSize: count,
  strategy: z.enum(STRATEGIES),
  filter: filterSchema.optional(),
});

export type GroupSettings = Readonly<z.infer<typeof settingsSchema>>;

/** A group's name and source; absent: `$all`. */
export interface GroupKey {
  readonly stream: string | undefined;
  readonly group: string;
}

/** How the protocol writes a key, and how the group's own streams are named after it. */
export function textOf({ stream, group }: GroupKey): string {
  return `${stream ?? '$all'}::${group}`;
}

export function checkpointStreamOf(key: GroupKey): string {
  return `$persistentsubscription-${textOf(key)}-checkpoint`;
}

export function parkedStreamOf(key: GroupKey): string {
  return `$persistentsubscription-${textOf(key)}-parked`;
}
