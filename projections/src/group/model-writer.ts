import { isTransient, type PushItem } from '@verbatim/shared';
import type { Connection } from '../tables/connection.ts';
import type { RowWriter } from '../tables/row-writer.ts';
import type { LogItem } from './log-item.ts';
import { parkedBy, readParked, writeParked, type ParkedPartition } from './parked.ts';
import type { ReadModel } from './read-model.ts';
import { FencedError, movingCheckpoint, transaction } from './transaction.ts';

/** A stretch of the log: all that is ours after the stretch before, up to and including `upTo`. */
export interface LogBatch {
  readonly items: readonly LogItem[];
  readonly upTo: bigint;
}

export interface Applied {
  readonly position: bigint;
  readonly pushes: readonly PushItem[];
}

export interface ModelWriterOptions {
  readonly connection: Connection;
  readonly model: ReadModel;
  readonly schema: string;
  readonly writer: RowWriter;
  readonly wantsPushes: boolean;
  /** Events that an operator decided to leave out. */
  readonly skipped?: ReadonlySet<bigint>;
  readonly onParked: (parked: ParkedPartition) => void;
}

/** Writes one read model's tables, batch by batch, from where its checkpoint stands. */
export class ModelWriter {
  readonly #options: ModelWriterOptions;
  readonly #parked = new Map<string, ParkedPartition>();
  readonly #skipped: Set<bigint>;
  #position: bigint;

  private constructor(options: ModelWriterOptions, position: bigint, parked: readonly ParkedPartition[]) {
    this.#options = options;
    this.#skipped = new Set(options.skipped);
    this.#position = position;
    for (const each of parked) this.#parked.set(each.partition, each);
  }

  static async open(options: ModelWriterOptions): Promise<ModelWriter> {
    const { connection, schema } = options;
    return transaction(connection, schema, async () => {
      const { rows } = await connection.query<{ position: bigint }>('SELECT position FROM checkpoint');
      if (rows[0] === undefined) throw new FencedError(`${schema} has no checkpoint`);
      return new ModelWriter(options, rows[0].position, await readParked(connection));
    });
  }

  get position(): bigint {
    return this.#position;
  }

  get parked(): readonly ParkedPartition[] {
    return [...this.#parked.values()];
  }

  /** Applies what is after the checkpoint; gives, commit by commit, what is to be pushed. */
  async *apply({ items, upTo }: LogBatch): AsyncGenerator<Applied> {
    const fresh = items.filter(({ stored }) => stored.position > this.#position);
    if (upTo > this.#position) yield* this.#applyRange(fresh, upTo);
  }

  /**
   * When a batch fails for a reason that is not a matter of time, it is halved until the one event stands alone whose
   * fault it is: that one parks its partition.
   */
  async *#applyRange(items: readonly LogItem[], upTo: bigint): AsyncGenerator<Applied> {
    try {
      yield await this.#commit(items, upTo);
      return;
    } catch (error) {
      if (error instanceof FencedError || isTransient(error) || items.length === 0) throw error;
      if (items.length === 1 && items[0] !== undefined) {
        yield await this.#park(items[0], error instanceof Error ? error : new Error(String(error)), upTo);
        return;
      }
    }
    const middle = items.length >> 1;
    const first = items.slice(0, middle);
    yield* this.#applyRange(first, first.at(-1)?.stored.position ?? this.#position);
    yield* this.#applyRange(items.slice(middle), upTo);
  }

  async #commit(items: readonly LogItem[], upTo: bigint): Promise<Applied> {
    const { connection, model, schema, writer, wantsPushes } = this.#options;
    const toApply = items.filter((item) => this.#isToApply(item));
    const pushes = await movingCheckpoint(connection, schema, { from: this.#position, to: upTo }, () =>
      toApply.length === 0 ? Promise.resolve([]) : model.apply(connection, toApply, { writer, wantsPushes }),
    );
    this.#position = upTo;
    return { position: upTo, pushes };
  }

  #isToApply({ stored }: LogItem): boolean {
    const { model } = this.#options;
    if (!model.concerns(stored) || this.#skipped.has(stored.position)) return false;
    return this.#parked.size === 0 || !this.#parked.has(model.partitionOf(stored).name);
  }

  async #park(item: LogItem, cause: Error, upTo: bigint): Promise<Applied> {
    const { connection, model, schema, onParked } = this.#options;
    const parked = parkedBy(item, model.partitionOf(item.stored), this.#position, cause);
    await movingCheckpoint(connection, schema, { from: this.#position, to: upTo }, () =>
      writeParked(connection, parked),
    );
    this.#parked.set(parked.partition, parked);
    this.#position = upTo;
    onParked(parked);
    return { position: upTo, pushes: [] };
  }
}
