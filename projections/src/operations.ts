import {
  Gauge,
  streamPrefixes,
  type EventStore,
  type Logger,
  type Metrics,
  type ReadinessCheck,
  type RecordedEvent,
} from '@verbatim/shared';
import type { LogItem } from './group/log-item.ts';
import type { Projections } from './projections.ts';
import type { ModelRunner } from './runner/model-runner.ts';

/** What is measured at each commit; handed to `startProjections` as its observer. */
export interface ProjectionMetrics {
  committed(readModel: string, position: bigint, items: readonly LogItem[]): void;
  interrupted(readModel: string): void;
  parked(readModel: string): void;
}

/** Finer where it is when all is well: a message should be readable within 20 ms. */
const lagBucketsSeconds = [0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
const batchSizeBuckets = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];

export function createProjectionMetrics(metrics: Metrics): ProjectionMetrics {
  const model = ['read_model'] as const;
  const events = metrics.counter('projection_events_total', 'Events of ours passed, applied or not.', model);
  const batchSizes = metrics.histogram(
    'projection_batch_events',
    'Events committed together.',
    model,
    batchSizeBuckets,
  );
  const lag = metrics.histogram(
    'projection_lag_seconds',
    'From the store taking an event to its rows being committed.',
    model,
    lagBucketsSeconds,
  );
  const position = metrics.gauge('projection_position', 'The checkpoint, as a position in the log.', model);
  const interruptions = metrics.counter(
    'projection_interruptions_total',
    'Times that projecting broke off and started over.',
    model,
  );
  const parked = metrics.counter('projection_parked_total', 'Partitions that began to wait.', model);
  return {
    committed: (read_model, reached, items) => {
      events.inc({ read_model }, items.length);
      batchSizes.observe({ read_model }, items.length);
      position.set({ read_model }, Number(reached));
      const now = Date.now();
      for (const { stored } of items)
        lag.observe({ read_model }, Math.max(0, now - stored.created.getTime()) / 1_000);
    },
    interrupted: (read_model) => interruptions.inc({ read_model }),
    parked: (read_model) => parked.inc({ read_model }),
  };
}

/** What is known of each read model when it is asked for, also while nothing is committed. */
export function observeLag(metrics: Metrics, { runners, eventStore }: Projections, logger: Logger): void {
  const observe = (name: string, help: string, valuesOf: () => Promise<readonly Value[]>) =>
    new Gauge({
      name,
      help,
      labelNames: ['read_model'],
      registers: [metrics.registry],
      async collect() {
        const values = await valuesOf();
        this.reset(); // of what cannot be known nothing is told
        for (const [read_model, value] of values) this.set({ read_model }, value);
      },
    });
  let reading: Promise<readonly Behind[]> | undefined;
  /** Whoever asks while the log is being read gets the same answer: all of one scrape do. */
  const behind = () =>
    (reading ??= howFarBehind(runners, eventStore)
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'how far the read models are behind cannot be told');
        return [];
      })
      .finally(() => {
        reading = undefined;
      }));

  observe(
    'projection_behind_positions',
    'From the checkpoint to the end of the log, in positions of the log: 0 when all is committed, else perhaps more than events.',
    async () => (await behind()).map(({ readModel, positions }) => [readModel, positions]),
  );
  observe(
    'projection_oldest_uncommitted_seconds',
    'Since the store took the oldest event that is not committed; 0 when all are.',
    async () => (await behind()).map(({ readModel, oldestSeconds }) => [readModel, oldestSeconds]),
  );
  observe('projection_parked', 'Partitions that wait now.', () =>
    Promise.resolve(
      runners
        .filter((runner) => positionOf(runner) !== undefined)
        .map(({ name, parked }) => [name, parked.length]),
    ),
  );
}

type Value = readonly [readModel: string, value: number];

interface Behind {
  readonly readModel: string;
  readonly positions: number;
  readonly oldestSeconds: number;
}

/** Undefined on a stand-by: who leads tells of it. */
const positionOf = ({ phase, position }: ModelRunner): bigint | undefined =>
  phase === 'standing-by' ? undefined : position;

/** Read models mostly stand at the same place, and the log is read once for each place. */
async function howFarBehind(runners: readonly ModelRunner[], eventStore: EventStore): Promise<Behind[]> {
  const places = new Map<bigint, Omit<Behind, 'readModel'>>();
  const behind: Behind[] = [];
  for (const runner of runners) {
    const position = positionOf(runner);
    if (position === undefined) continue;
    const place = places.get(position) ?? (await behindAt(position, eventStore));
    places.set(position, place);
    behind.push({ readModel: runner.name, ...place });
  }
  return behind;
}

async function behindAt(position: bigint, eventStore: EventStore): Promise<Omit<Behind, 'readModel'>> {
  const oldest = await firstAfter(eventStore, position);
  if (oldest === undefined) return { positions: 0, oldestSeconds: 0 };
  return {
    positions: Number(((await eventStore.head()) ?? position) - position),
    oldestSeconds: Math.max(0, Date.now() - oldest.created.getTime()) / 1_000,
  };
}

async function firstAfter(eventStore: EventStore, position: bigint): Promise<RecordedEvent | undefined> {
  const from = position === 0n ? {} : { fromPosition: position };
  for await (const event of eventStore.readAll({ ...from, streamPrefixes, maxCount: 1 })) return event;
  return undefined;
}

/** A read model further behind than this, though it is at work, is reported. */
const maxReadyLagMs = 5_000;

/** One check for each read model, and one for what feeds them all. */
export function readinessOf(projections: Projections): ReadinessCheck[] {
  const feed: ReadinessCheck = {
    name: 'log',
    check: () => {
      const { isConnected, isVaultThere, position, fault } = projections.feed.state;
      return {
        isReady: isConnected && isVaultThere && fault === undefined,
        details: { isConnected, isVaultThere, position, ...(fault && { reason: fault.message }) },
      };
    },
  };
  const models = projections.runners.map((runner): ReadinessCheck => ({
    name: runner.name,
    check: () => {
      const { phase, position, fault, parked, behindMs } = runner;
      const isUpToDate = phase === 'live' && behindMs <= maxReadyLagMs;
      return {
        isReady: (isUpToDate || phase === 'standing-by') && parked.length === 0,
        details: {
          phase,
          position,
          behindMs,
          ...(fault && { reason: fault.message }),
          ...(parked.length > 0 && { parked }),
        },
      };
    },
  }));
  return [feed, ...models];
}
