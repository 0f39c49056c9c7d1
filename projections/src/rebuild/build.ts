import type { EventStore } from '@verbatim/shared';
import type pg from 'pg';
import { ModelWriter, type LogBatch } from '../group/model-writer.ts';
import type { ReadModel } from '../group/read-model.ts';
import { createSchema, quoted, stateOf } from '../group/schema.ts';
import { transaction } from '../group/transaction.ts';
import { connect } from '../tables/connection.ts';
import { copyRowsOver } from '../tables/copy-rows.ts';

export interface BuildOptions {
  readonly databaseUrl: string;
  readonly model: ReadModel;
  /** The schema to build in. */
  readonly schema: string;
  /** Events that are left out. */
  readonly skipped: ReadonlySet<bigint>;
  /** Takes decisions that come up in the log, for whoever goes on with the tables to act on. */
  readonly heedsDecisions: boolean;
}

/** Building indexes of millions of rows takes its time. */
const statementTimeoutMs = 3_600_000;
const maintenanceMemory = '256MB';

/** One read model that is built anew in a schema of its own; an earlier build that was stopped is gone on with. */
export class Build {
  readonly model: ReadModel;
  readonly schema: string;
  readonly client: pg.Client;
  readonly #options: BuildOptions;
  #writer: ModelWriter;
  #isLoading: boolean;

  private constructor(options: BuildOptions, client: pg.Client, writer: ModelWriter, isLoading: boolean) {
    this.model = options.model;
    this.schema = options.schema;
    this.client = client;
    this.#options = options;
    this.#writer = writer;
    this.#isLoading = isLoading;
  }

  static async open(options: BuildOptions): Promise<Build> {
    const { databaseUrl, model, schema } = options;
    const client = await connect({
      url: databaseUrl,
      applicationName: `verbatim rebuild ${model.name}`,
      statementTimeoutMs,
    });
    try {
      await lockFor(client, schema);
      const state = await stateOf(client, schema);
      if (state?.version !== model.version) {
        await client.query(`DROP SCHEMA IF EXISTS ${quoted(schema)} CASCADE`);
        await transaction(client, 'public', () => createSchema(client, model, schema, { isLoading: true }));
      }
      const isLoading = state?.version !== model.version || !state.loaded;
      return new Build(options, client, await openWriter(options, client, isLoading), isLoading);
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  get position(): bigint {
    return this.#writer.position;
  }

  async apply(batch: LogBatch): Promise<void> {
    const commits = this.#writer.apply(batch);
    for (let commit = await commits.next(); commit.done !== true; commit = await commits.next());
  }

  applyWithin(batch: LogBatch): Promise<void> {
    return this.#writer.applyWithin(batch);
  }

  /** Makes the indexes, once, one after the other; from then on the tables are as if they had followed the log. */
  async finishLoading(): Promise<void> {
    if (!this.#isLoading) return;
    const { client, model, schema } = this;
    for (const statement of model.indexes) await this.#maintaining(() => client.query(statement));
    await this.#maintaining(async () => {
      await model.loading?.finish(client);
      await client.query('UPDATE checkpoint SET loaded = true');
    });
    const { rows } = await client.query<{ name: string }>(
      'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1',
      [schema],
    );
    for (const { name } of rows) await client.query(`ANALYZE ${quoted(schema)}.${quoted(name)}`);
    this.#isLoading = false;
    this.#writer = await openWriter(this.#options, client, false);
  }

  /**
   * One step of finishing. Each has a transaction of its own, as Postgres writes a new index to the disk when it
   * commits: were it all at once, appends would wait behind it. Nor does it take a second processor from those who serve.
   */
  async #maintaining(work: () => Promise<unknown>): Promise<void> {
    const { client, schema } = this;
    await transaction(client, schema, async () => {
      await client.query(
        `SET LOCAL maintenance_work_mem = '${maintenanceMemory}'; SET LOCAL max_parallel_maintenance_workers = 0`,
      );
      await work();
    });
  }

  /** Ends the connection; what is built stays, and is gone on with next time. */
  async close(): Promise<void> {
    await this.client.end();
  }
}

function openWriter(options: BuildOptions, client: pg.Client, isLoading: boolean): Promise<ModelWriter> {
  const { model, schema, skipped, heedsDecisions } = options;
  return ModelWriter.open({
    connection: client,
    model,
    schema,
    skipped,
    isLoading,
    writer: copyRowsOver(client),
    wantsPushes: false,
    heedsDecisions,
    // What cannot be applied waits in the new tables as it does in the live ones, and is told of from there.
    onParked: () => undefined,
  });
}

/** Of two who want to build the same, the second is told. */
async function lockFor(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ won: boolean }>(
    `SELECT pg_try_advisory_lock(hashtextextended('verbatim rebuild ' || $1, 0)) AS won`,
    [schema],
  );
  if (rows[0]?.won !== true) throw new RebuildFault(`${schema} is being built by another process.`);
}

/** A reason not to go on that an operator can understand. */
export class RebuildFault extends Error {
  override readonly name = 'RebuildFault';
}

/** The head of the log, or 0 while it is empty. */
export const headOf = async (eventStore: EventStore): Promise<bigint> => (await eventStore.head()) ?? 0n;
