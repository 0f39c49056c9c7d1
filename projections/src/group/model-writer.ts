import { isTransient, type PushItem } from '@verbatim/shared';
import type { Connection } from '../tables/connection.ts';
import { isDecision } from './decisions.ts';
import type { LogItem } from './log-item.ts';
import { parkedBy, readParked, removeParked, writeParked, type ParkedPartition } from './parked.ts';
import type { ApplyOptions, ReadModel } from './read-model.ts';
import { FencedError, movingCheckpoint, transaction } from './transaction.ts';

/** A stretch of the log: all that is ours after the stretch before, up to and including `upTo`. */
export interface LogBatch {
  readonly items: readonly LogItem[];
  readonly upTo: bigint;
}

export interface Applied {
  /** What was committed together: of a batch that was halved, a part. */
  readonly items: readonly LogItem[];
  readonly position: bigint;
  readonly pushes: readonly PushItem[];
}

export interface ModelWriterOptions extends ApplyOptions {
  readonly connection: Connection;
  readonly model: ReadModel;
  readonly schema: string;
  /** Events that an operator decided to leave out, where that is known from the start. */
  readonly skipped?: ReadonlySet<bigint>;
  /** Whether to look for decisions in the log; else those that come up there are for somebody else. */
  readonly heedsDecisions: boolean;
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
   * In the caller's transaction, which has locked what this takes the place of: moves the checkpoint and writes, but
   * parks nothing. For the few events that are left when a rebuild is switched to.
   */
  async applyWithin({ items, upTo }: LogBatch): Promise<void> {
    const { connection } = this.#options;
    const fresh = items.filter(({ stored }) => stored.position > this.#position);
    for (const parked of this.#decidedBy(fresh)) await writeParked(connection, parked);
    await this.#write(fresh.filter((item) => this.#isToApply(item)));
    await connection.query('UPDATE checkpoint SET position = $1', [upTo]);
    this.#position = upTo;
  }

  /**
   * Goes on with a parked partition, up to `reached` in the log; it is parked no more once that is the checkpoint. When
   * an event of it fails, it is parked there.
   */
  async resume(partition: string, items: readonly LogItem[], reached: bigint): Promise<readonly PushItem[]> {
    const parked = this.#parked.get(partition);
    if (parked === undefined) return [];
    const { model } = this.#options;
    const mine = items.filter(
      ({ stored }) => this.#isWanted(stored) && model.partitionOf(stored).name === partition,
    );
    const next = reached >= this.#position ? null : { ...parked, resumedPosition: reached };
    try {
      return await this.#resumeTo(partition, next, mine);
    } catch (error) {
      if (isNobodysFault(error)) throw error;
    }
    const pushes: PushItem[] = [];
    for (const item of mine) {
      try {
        const here = { ...parked, resumedPosition: item.stored.position };
        pushes.push(...(await this.#resumeTo(partition, here, [item])));
      } catch (error) {
        if (isNobodysFault(error)) throw error;
        await this.#resumeTo(partition, parkedBy(item, model.partitionOf(item.stored), asError(error)), []);
        break;
      }
    }
    return pushes;
  }

  async #resumeTo(
    partition: string,
    parked: ParkedPartition | null,
    items: readonly LogItem[],
  ): Promise<readonly PushItem[]> {
    const { connection, schema } = this.#options;
    const here = { from: this.#position, to: this.#position };
    const pushes = await movingCheckpoint(connection, schema, here, async () => {
      if (parked === null) await removeParked(connection, partition);
      else await writeParked(connection, parked);
      return this.#write(items);
    });
    if (parked === null) this.#parked.delete(partition);
    else this.#parked.set(partition, parked);
    return pushes;
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
      if (isNobodysFault(error) || items.length === 0) throw error;
      if (items.length === 1 && items[0] !== undefined) {
        yield await this.#park(items[0], asError(error), upTo);
        return;
      }
    }
    const middle = items.length >> 1;
    const first = items.slice(0, middle);
    yield* this.#applyRange(first, first.at(-1)?.stored.position ?? this.#position);
    yield* this.#applyRange(items.slice(middle), upTo);
  }

  async #commit(items: readonly LogItem[], upTo: bigint): Promise<Applied> {
    const { connection, schema } = this.#options;
    const toApply = items.filter((item) => this.#isToApply(item));
    const decided = this.#decidedBy(items);
    const pushes = await movingCheckpoint(
      connection,
      schema,
      { from: this.#position, to: upTo },
      async () => {
        for (const parked of decided) await writeParked(connection, parked);
        return this.#write(toApply);
      },
    );
    for (const parked of decided) this.#parked.set(parked.partition, parked);
    this.#position = upTo;
    return { items, position: upTo, pushes };
  }

  /**
   * Parked partitions that an operator says, in these events, to go on with. An event to be left out that waits behind
   * the one that its partition is parked at is remembered until it comes up.
   */
  #decidedBy(items: readonly LogItem[]): ParkedPartition[] {
    if (!this.#options.heedsDecisions || this.#parked.size === 0) return [];
    const decisions = items.flatMap(({ event }) => (event !== null && isDecision(event) ? [event] : []));
    return decisions.flatMap(({ type, data }) => {
      if (data.readModel !== this.#options.model.name) return [];
      const position = BigInt(data.position);
      if (type === 'ProjectionSkipped') this.#skipped.add(position);
      const parked = this.#parked.get(data.partition);
      if (parked?.position !== position) return [];
      const before = parked.position - 1n;
      return [{ ...parked, resumedPosition: type === 'ProjectionSkipped' ? parked.position : before }];
    });
  }

  async #write(items: readonly LogItem[]): Promise<readonly PushItem[]> {
    const { connection, model, writer, wantsPushes, isLoading } = this.#options;
    return items.length === 0 ? [] : model.apply(connection, items, { writer, wantsPushes, isLoading });
  }

  #isToApply({ stored }: LogItem): boolean {
    if (!this.#isWanted(stored)) return false;
    return this.#parked.size === 0 || !this.#parked.has(this.#options.model.partitionOf(stored).name);
  }

  #isWanted(stored: LogItem['stored']): boolean {
    return this.#options.model.concerns(stored) && !this.#skipped.has(stored.position);
  }

  async #park(item: LogItem, cause: Error, upTo: bigint): Promise<Applied> {
    const { connection, model, schema, onParked } = this.#options;
    const parked = parkedBy(item, model.partitionOf(item.stored), cause);
    await movingCheckpoint(connection, schema, { from: this.#position, to: upTo }, () =>
      writeParked(connection, parked),
    );
    this.#parked.set(parked.partition, parked);
    this.#position = upTo;
    onParked(parked);
    return { items: [item], position: upTo, pushes: [] };
  }
}

const isNobodysFault = (error: unknown): boolean => error instanceof FencedError || isTransient(error);
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
