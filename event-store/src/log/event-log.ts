import { mkdirSync } from 'node:fs';
import type { Report } from '../report.ts';
import { Changes } from './changes.ts';
import { chainBefore, checkEvent } from './check.ts';
import type { StoreFailedError } from './commit-failure.ts';
import { Committer, type Submission, type WriteOperation } from './committer.ts';
import { damageIn, DamagedStoreError } from './damaged-store-error.ts';
import { extendDataFile, measureDataFile } from './data-file.ts';
import { refuseNetworkFileSystem } from './file-system.ts';
import { LogView } from './log-view.ts';
import { giveUpOwnership, takeOwnership } from './owner.ts';
import { chainOf, EMPTY_CHAIN } from './record.ts';
import { openTables, type Tables } from './tables.ts';
import type { Head } from './write-transaction.ts';

/** How many of the newest events are checked at every start. */
const CHECKED_AT_START = 1_000;

interface EventLogSettings {
  readonly directory: string;
  readonly report: Report;
  /** The disk has failed; nothing more will be stored. */
  readonly onFailure: (error: StoreFailedError) => void;
}

/**
 * The one log of all events. Positions count from 1 without a gap, and so do a stream's revisions from 0: nothing is ever
 * taken out. Reads see what is on disk, and nothing else.
 */
export class EventLog extends LogView {
  readonly changes = new Changes();
  readonly #committer: Committer;
  #headPosition: number;

  private constructor(tables: Tables, head: Head, { directory, onFailure }: EventLogSettings) {
    super(tables);
    this.#headPosition = head.position;
    this.#committer = new Committer(tables, directory, head, {
      onFailure,
      onCommit: (commit) => {
        this.#headPosition = commit.head.position;
        this.changes.announce(commit.changedStreams);
      },
    });
  }

  /** Opens the log of a directory for this process alone; refuses what is damaged as far as a start can see it. */
  static async open(settings: EventLogSettings): Promise<EventLog> {
    const { directory } = settings;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    await refuseNetworkFileSystem(directory);
    try {
      return await EventLog.#open(settings);
    } catch (error) {
      const damage = damageIn(error);
      if (!damage) throw error;
      throw new DamagedStoreError(`${directory} is damaged and is not served: ${damage.message}`, {
        cause: error,
      });
    }
  }

  static async #open(settings: EventLogSettings): Promise<EventLog> {
    const { directory, report } = settings;
    const isShort = makeUpMissingPages(directory, report);
    const tables = openTables(directory);
    try {
      const head = readHead(tables);
      checkNewest(tables, head, isShort ? head.position : CHECKED_AT_START);
      takeOwnership(tables, directory);
      return new EventLog(tables, head, settings);
    } catch (error) {
      await tables.environment.close();
      throw error;
    }
  }

  /** The position of the newest event, 0 in an empty log. */
  get headPosition(): number {
    return this.#headPosition;
  }

  /** The hash over all events. */
  get headHash(): string {
    return this.#committer.head.chain.toString('hex');
  }

  /** How many groups of operations were written since the start, each with one sync. */
  get commits(): number {
    return this.#committer.commits;
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
    // What LMDB would still write after a failed disk is not to be trusted.
    if (!this.#committer.hasFailed) giveUpOwnership(this.tables);
    await this.tables.environment.close();
  }
}

/**
 * A file shorter than its last commit says is damaged, unless only free pages are missing. Which of the two it is, the
 * check of all events tells.
 */
function makeUpMissingPages(directory: string, report: Report): boolean {
  const length = measureDataFile(directory);
  if (!length || length.actual >= length.expected) return false;
  report(`data.mdb has ${length.actual} bytes and should have ${length.expected}: checking every event`);
  extendDataFile(directory, length.expected);
  return true;
}

function readHead({ events }: Tables): Head {
  for (const { key, value } of events.getRange({ reverse: true, limit: 1 })) {
    return { position: key, chain: Buffer.from(chainOf(value)) };
  }
  return { position: 0, chain: EMPTY_CHAIN };
}

function checkNewest(tables: Tables, head: Head, count: number): void {
  const first = Math.max(1, head.position - count + 1);
  let chain = chainBefore(tables, first);
  for (let position = first; position <= head.position; position++)
    chain = checkEvent(tables, position, chain);
  if (!chain.equals(head.chain)) throw new DamagedStoreError('the newest event changed while it was read');
}
