import { Changes } from './changes.ts';
import { Committer, type Submission, type WriteOperation } from './committer.ts';
import { LogView } from './log-view.ts';
import { chainOf, EMPTY_CHAIN } from './record.ts';
import { openTables, type Tables } from './tables.ts';
import type { Head } from './write-transaction.ts';

/**
 * The one log of all events. Positions count from 1 without a gap, and so do a stream's revisions from 0: nothing is ever
 * taken out. Reads see what is on disk, and nothing else.
 */
export class EventLog extends LogView {
  readonly changes = new Changes();
  readonly #committer: Committer;
  #headPosition: number;

  private constructor(tables: Tables, head: Head) {
    super(tables);
    this.#headPosition = head.position;
    this.#committer = new Committer(tables, head, (commit) => {
      this.#headPosition = commit.head.position;
      this.changes.announce(commit.changedStreams);
    });
  }

  static open(directory: string): EventLog {
    const tables = openTables(directory);
    return new EventLog(tables, readHead(tables));
  }

  /** The position of the newest event, 0 in an empty log. */
  get headPosition(): number {
    return this.#headPosition;
  }

  get queuedBytes(): number {
    return this.#committer.queuedBytes;
  }

  submit<Result>(operation: WriteOperation<Result>): Submission<Result> {
    return this.#committer.submit(operation);
  }

  /** Waits for what is being written, then closes the files. */
  async close(): Promise<void> {
    await this.#committer.drain();
    await this.tables.environment.close();
  }
}

function readHead({ events }: Tables): Head {
  for (const { key, value } of events.getRange({ reverse: true, limit: 1 })) {
    return { position: key, chain: Buffer.from(chainOf(value)) };
  }
  return { position: 0, chain: EMPTY_CHAIN };
}
