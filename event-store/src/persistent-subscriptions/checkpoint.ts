import type { EventLog } from '../log/event-log.ts';
import type { Report } from '../report.ts';
import { findStream } from '../streams/stream-metadata.ts';
import { note, noteOf } from '../streams/own-streams.ts';
import { checkpointStreamOf, type GroupKey, type GroupSettings } from './settings.ts';
import type { GroupSource } from './source.ts';

const KEPT_CHECKPOINTS = 2;

/** How far a group has come: the cursor up to which all is done, and how many events that were since it began. */
export interface Progress {
  readonly cursor: number;
  readonly done: number;
}

/** Writes down how far a group has come, so that a restart need not hand out everything again. One write at a time. */
export class Checkpoint {
  readonly #log: EventLog;
  readonly #stream: string;
  readonly #settings: GroupSettings;
  readonly #source: GroupSource;
  readonly #report: Report;
  #written: number | undefined;
  #doneAtWrite = 0;
  #writtenAtMs = Date.now();
  #writing: Promise<void> | undefined;

  constructor(log: EventLog, key: GroupKey, settings: GroupSettings, source: GroupSource, report: Report) {
    this.#log = log;
    this.#stream = checkpointStreamOf(key);
    this.#settings = settings;
    this.#source = source;
    this.#report = report;
    this.#written = this.#read();
  }

  /** The cursor last written down. */
  get written(): number | undefined {
    return this.#written;
  }

  /** After some messages were done: writes when there are many. */
  afterMessages(progress: Progress): void {
    if (progress.done - this.#doneAtWrite >= Math.max(1, this.#settings.maxCheckpointCount))
      this.#write(progress);
  }

  /** From time to time: writes when there are some and it is long ago. */
  afterTime(progress: Progress): void {
    const isDue = Date.now() - this.#writtenAtMs >= this.#settings.checkpointAfterMs;
    const isEnough = progress.done - this.#doneAtWrite >= Math.max(1, this.#settings.minCheckpointCount);
    if (isDue && isEnough) this.#write(progress);
  }

  /** At the end: writes whatever there is. */
  async finish(progress: Progress): Promise<void> {
    await this.#writing;
    if (progress.done > this.#doneAtWrite) this.#write(progress);
    await this.#writing;
  }

  #write({ cursor, done }: Progress): void {
    this.#writing ??= note(
      this.#log,
      this.#stream,
      noteOf('$SubscriptionCheckpoint', JSON.stringify(this.#source.format(cursor))),
      KEPT_CHECKPOINTS,
    )
      .then(
        () => {
          this.#written = cursor;
          this.#doneAtWrite = done;
        },
        (error: unknown) => this.#report(`the checkpoint in ${this.#stream} was not written`, error),
      )
      .finally(() => {
        this.#writtenAtMs = Date.now();
        this.#writing = undefined;
      });
  }

  #read(): number | undefined {
    const { state, isSoftDeleted } = findStream(this.#log, this.#stream);
    if (!state || isSoftDeleted) return undefined;
    const text: unknown = JSON.parse(
      this.#log.eventOf(this.#stream, state, state.lastRevision).data.toString('utf8'),
    );
    return typeof text === 'string' ? this.#source.parse(text) : undefined;
  }
}
