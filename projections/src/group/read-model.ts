import type { PushItem, RecordedEvent } from '@verbatim/shared';
import type { Connection } from '../tables/connection.ts';
import type { RowWriter } from '../tables/row-writer.ts';
import type { LogItem } from './log-item.ts';
import type { Partition } from './partition.ts';

export interface ApplyOptions {
  readonly writer: RowWriter;
  /** A rebuild tells nobody. */
  readonly wantsPushes: boolean;
  /** The indexes are not there yet, and what `loading` keeps is. */
  readonly isLoading: boolean;
}

/**
 * Tables that are derived from the log, with one checkpoint, in a schema of their own. The same events give the same
 * rows, however they are cut into batches: nothing comes from a clock or from chance.
 */
export interface ReadModel {
  /** The name of its schema too. */
  readonly name: string;
  /** Rises whenever the tables, or what is written to them, change: the read model is built anew then. */
  readonly version: number;
  readonly tables: readonly string[];
  /** What a rebuild makes after loading: each may be made again, for a rebuild that was stopped among them. */
  readonly indexes: readonly string[];
  /** What makes loading cheaper than following the log, where something does. */
  readonly loading?: {
    /** Kept beside the tables while loading, and gone after `finish`. */
    readonly tables: readonly string[];
    /** Once the indexes are there: leaves the tables as if they had followed the log all the time. */
    finish(connection: Connection): Promise<void>;
  };
  /** Types of events that it wants decoded, their content opened. */
  readonly opens: ReadonlySet<string>;
  /** Whether it looks at an event at all; the rest only moves its checkpoint. */
  readonly concerns: (stored: RecordedEvent) => boolean;
  readonly partitionOf: (stored: RecordedEvent) => Partition;
  /** Whether people look at it as things happen: its events wait for no others then, except in a busy log. */
  readonly isPrompt: boolean;
  /**
   * A transaction costs about as much for one event as for twenty. In a busy log batches begin at least so far apart;
   * in any other, events wait for nothing.
   */
  readonly batchIntervalMs: number;
  /** Writes what the events change, in the caller's transaction. @throws what keeps one of them from being applied. */
  apply(
    connection: Connection,
    items: readonly LogItem[],
    options: ApplyOptions,
  ): Promise<readonly PushItem[]>;
}
