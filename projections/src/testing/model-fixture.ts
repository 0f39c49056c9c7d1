import type pg from 'pg';
import type { LogItem } from '../group/log-item.ts';
import { ModelWriter } from '../group/model-writer.ts';
import type { ReadModel } from '../group/read-model.ts';
import { createSchema, quoted } from '../group/schema.ts';
import { transaction } from '../group/transaction.ts';
import { connect } from '../tables/connection.ts';
import { insertRows } from '../tables/row-writer.ts';

/** Projects histories into schemas side by side in one database, without a log. */
export class ModelFixture {
  readonly client: pg.Client;
  #made = 0;

  private constructor(client: pg.Client) {
    this.client = client;
  }

  static async open(url: string): Promise<ModelFixture> {
    return new ModelFixture(await connect({ url, applicationName: 'test' }));
  }

  /** The name of a new schema with the read model of these batches; a batch may be empty. */
  async project(model: ReadModel, batches: readonly (readonly LogItem[])[]): Promise<string> {
    const schema = `made_${(this.#made += 1)}`;
    await transaction(this.client, 'public', () => createSchema(this.client, model, schema));
    const writer = await this.writerOf(model, schema);
    let upTo = 0n;
    for (const items of batches) {
      upTo = items.at(-1)?.stored.position ?? upTo;
      for await (const _ of writer.apply({ items, upTo }));
    }
    return schema;
  }

  writerOf(model: ReadModel, schema: string): Promise<ModelWriter> {
    return ModelWriter.open({
      connection: this.client,
      model,
      schema,
      writer: insertRows,
      wantsPushes: false,
      isLoading: false,
      heedsDecisions: false,
      onParked: ({ cause, eventType }) => {
        throw new Error(`${eventType} was parked: ${cause}`);
      },
    });
  }

  async rows<Row>(schema: string, sql: string): Promise<Row[]> {
    await this.client.query(`SET search_path = ${quoted(schema)}, public`);
    return (await this.client.query<Row & pg.QueryResultRow>(sql)).rows;
  }

  async drop(...schemas: readonly string[]): Promise<void> {
    for (const schema of schemas) await this.client.query(`DROP SCHEMA ${quoted(schema)} CASCADE`);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

/** The items in runs of these lengths, over and over. */
export function splitBy(items: readonly LogItem[], lengths: readonly number[]): LogItem[][] {
  const batches: LogItem[][] = [];
  for (let start = 0, turn = 0; start < items.length; turn += 1) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? items.length);
    batches.push(items.slice(start, start + length));
    start += length;
  }
  return batches;
}
