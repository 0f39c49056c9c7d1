import type { EventStore, Keyring } from '@verbatim/shared';
import { EventDecoder } from '../group/event-decoder.ts';
import { decisionNames, skippedEvents } from '../group/decisions.ts';
import type { ReadModel } from '../group/read-model.ts';
import { createSchema, quoted, stateOf } from '../group/schema.ts';
import { transaction } from '../group/transaction.ts';
import { endLeadership } from '../runner/leadership.ts';
import { connect } from '../tables/connection.ts';
import { Build, headOf, RebuildFault } from './build.ts';
import { compareSchemas, type Difference } from './compare.ts';
import { loadUpTo } from './load.ts';
import { switchOver } from './switch-over.ts';

/** What an operator sees of a rebuild. */
export interface RebuildReport {
  /** A step has begun, such as `loading`. */
  step(what: string): void;
  /** Events have been applied; the slowest build stands at `position` of `of`. */
  advance(events: number, position: bigint, of: bigint): void;
}

export interface RebuildOptions {
  readonly databaseUrl: string;
  readonly eventStore: EventStore;
  readonly keyring: Keyring;
  readonly models: readonly ReadModel[];
  readonly batchEvents: number;
  readonly report: RebuildReport;
  /** Stops as soon as it can; what was built so far is gone on with next time. */
  readonly signal: AbortSignal;
}

/** A round of so few is soon done: what came meanwhile is left to the moment of switching. */
const nearEnoughEvents = 1_000;

/** Builds read models anew beside the live ones and puts them in their place while the system serves. */
export async function rebuild(options: RebuildOptions): Promise<void> {
  await withBuilds(
    options,
    { schemaOf: (name) => `${name}_building`, heedsDecisions: true },
    async (builds, load) => {
      const { report } = options;
      report.step('loading');
      await load(builds, () => liveTarget(options, builds));
      for (const build of builds) {
        report.step(`indexing ${build.model.name}`);
        await build.finishLoading();
      }
      report.step('catching up');
      await load(builds, () => liveTarget(options, builds));
      for (const build of builds) {
        report.step(`switching ${build.model.name}`);
        await load([build], () => liveTarget(options, [build]));
        await switchOver(build, readingOf(options));
        await endLeadership(build.client, build.model.name);
      }
    },
  );
}

/**
 * Builds read models up to exactly where the live ones stand and compares them row by row, without touching them.
 * @returns the differences by read model.
 */
export async function verify(options: RebuildOptions): Promise<ReadonlyMap<string, readonly Difference[]>> {
  const differences = new Map<string, readonly Difference[]>();
  for (const model of options.models) {
    const snapshot = await connect({
      url: options.databaseUrl,
      applicationName: `verbatim verify ${model.name}`,
      statementTimeoutMs: snapshotTimeoutMs,
    });
    try {
      await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const state = await stateOf(snapshot, model.name);
      if (state === undefined) throw new RebuildFault(`there is no read model ${model.name} to verify.`);
      if (state.version !== model.version)
        throw new RebuildFault(
          `${model.name} is of version ${state.version}, not ${model.version}: rebuild it.`,
        );
      const one = { ...options, models: [model] };
      await withBuilds(
        one,
        { schemaOf: (name) => `${name}_verifying`, heedsDecisions: false },
        async (builds, load) => {
          options.report.step(`building ${model.name} to compare`);
          await load(builds, () => Promise.resolve(state.position));
          for (const build of builds) {
            await build.finishLoading();
            options.report.step(`comparing ${model.name}`);
            const live = { connection: snapshot, schema: model.name };
            differences.set(
              model.name,
              await compareSchemas(live, { connection: build.client, schema: build.schema }),
            );
            await build.client.query(`DROP SCHEMA ${quoted(build.schema)} CASCADE`);
          }
        },
      );
    } finally {
      await snapshot.end();
    }
  }
  return differences;
}

const snapshotTimeoutMs = 3_600_000;

/**
 * Empties the live tables and lets whoever projects fill them again: no second copy is needed, and until it is done
 * questions find less than there is.
 */
export async function emptyInPlace({ databaseUrl, models, report }: RebuildOptions): Promise<void> {
  for (const model of models) {
    report.step(`emptying ${model.name}`);
    const client = await connect({ url: databaseUrl, applicationName: `verbatim rebuild ${model.name}` });
    try {
      await transaction(client, 'public', async () => {
        if ((await stateOf(client, model.name)) !== undefined)
          await client.query(`UPDATE ${quoted(model.name)}.checkpoint SET retired = true`);
        await client.query(`DROP SCHEMA IF EXISTS ${quoted(model.name)} CASCADE`);
        await createSchema(client, model, model.name);
      });
      await endLeadership(client, model.name);
    } finally {
      await client.end();
    }
  }
}

type Load = (builds: readonly Build[], target: () => Promise<bigint>) => Promise<void>;

async function withBuilds(
  options: RebuildOptions,
  { schemaOf, heedsDecisions }: { schemaOf: (name: string) => string; heedsDecisions: boolean },
  work: (builds: readonly Build[], load: Load) => Promise<void>,
): Promise<void> {
  const { databaseUrl, models, batchEvents, report } = options;
  const reading = readingOf(options);
  const skipped = await skippedEvents(reading);
  const builds: Build[] = [];
  try {
    for (const model of models)
      builds.push(
        await Build.open({
          databaseUrl,
          model,
          schema: schemaOf(model.name),
          skipped: skipped.get(model.name) ?? new Set(),
          heedsDecisions,
        }),
      );
    await work(builds, async (some, target) => {
      for (let to = await target(); slowest(some) < to; to = await target()) {
        let passed = 0;
        const onBatch = (events: number, position: bigint): void => {
          passed += events;
          report.advance(events, position, to);
        };
        await loadUpTo(some, to, { ...reading, batchEvents, onBatch });
        if (passed < nearEnoughEvents) return;
      }
    });
  } finally {
    await Promise.all(builds.map((build) => build.close()));
  }
}

const slowest = (builds: readonly Build[]): bigint =>
  builds.reduce<bigint>(
    (least, { position }) => (position < least ? position : least),
    builds[0]?.position ?? 0n,
  );

/** Never beyond the live tables: what was pushed to nobody yet must not be shown already. */
async function liveTarget({ eventStore }: RebuildOptions, builds: readonly Build[]): Promise<bigint> {
  const head = await headOf(eventStore);
  const positions = await Promise.all(
    builds.map(async ({ client, model }) => (await stateOf(client, model.name))?.position ?? head),
  );
  return positions.reduce((least, position) => (position < least ? position : least), head);
}

function readingOf({ eventStore, keyring, models, signal }: RebuildOptions) {
  const opens = new Set([...decisionNames, ...models.flatMap((model) => [...model.opens])]);
  return { eventStore, decoder: new EventDecoder(keyring, opens), signal };
}
