import type { EventLog } from '../log/event-log.ts';
import type { Report } from '../report.ts';
import { deleteStream } from '../streams/delete-stream.ts';
import { findStream } from '../streams/stream-metadata.ts';
import { groupDoesNotExist, groupExists, groupFailed, subscriptionDropped } from './errors.ts';
import { Group } from './group.ts';
import { checkpointStreamOf, parkedStreamOf, textOf, type GroupKey, type GroupSettings } from './settings.ts';
import { sourceOf } from './source.ts';
import { loadGroups, storeGroups } from './stored-configuration.ts';

const BYTES_OF_A_DELETE = 512;

/** All persistent subscriptions of the store. */
export class Groups {
  readonly #log: EventLog;
  readonly #report: Report;
  readonly #groups = new Map<string, Group>();
  #changing: Promise<unknown> = Promise.resolve();

  constructor(log: EventLog, report: Report) {
    this.#log = log;
    this.#report = report;
    this.#load();
  }

  find(key: GroupKey): Group {
    const group = this.#groups.get(textOf(key));
    if (!group) throw groupDoesNotExist(key);
    return group;
  }

  all(): Group[] {
    return [...this.#groups.values()];
  }

  async create(key: GroupKey, settings: GroupSettings, username: string): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#groups.has(textOf(key))) throw groupExists(key);
      checkSettings(key, settings);
      const firstCursor = sourceOf(this.#log, key, settings).firstCursor(settings.startFrom);
      this.#groups.set(textOf(key), this.#make(key, settings, firstCursor));
      await this.#store(username);
    });
  }

  /** Changes a group's settings but not its filter. Its clients are dropped. */
  async update(key: GroupKey, changed: GroupSettings, username: string): Promise<void> {
    await this.#inTurn(async () => {
      const before = this.find(key);
      const settings = { ...changed, filter: before.settings.filter };
      checkSettings(key, settings);
      before.stop(subscriptionDropped(key));
      this.#groups.set(textOf(key), this.#make(key, settings, before.source.firstCursor(settings.startFrom)));
      await this.#store(username);
    });
  }

  async delete(key: GroupKey, username: string): Promise<void> {
    await this.#inTurn(async () => {
      this.find(key).stop(subscriptionDropped(key));
      this.#groups.delete(textOf(key));
      await this.#store(username);
      await this.#log.submit({
        bytes: BYTES_OF_A_DELETE,
        run: (transaction) => {
          for (const stream of [checkpointStreamOf(key), parkedStreamOf(key)]) {
            const { state, isSoftDeleted } = findStream(transaction, stream);
            if (state && !isSoftDeleted) deleteStream(transaction, { stream, expected: 'any' });
          }
        },
      }).outcome;
    });
  }

  /** Drops all clients and begins again from what is stored. */
  async restart(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#finishAll();
      this.#load();
    });
  }

  async stop(): Promise<void> {
    await this.#inTurn(() => this.#finishAll());
  }

  #load(): void {
    for (const { key, settings, firstCursor } of loadGroups(this.#log)) {
      this.#groups.set(textOf(key), this.#make(key, settings, firstCursor));
    }
  }

  #make(key: GroupKey, settings: GroupSettings, firstCursor: number): Group {
    return new Group({ log: this.#log, report: this.#report, firstCursor }, key, settings);
  }

  async #store(username: string): Promise<void> {
    await storeGroups(this.#log, this.#groups.values(), username);
  }

  async #finishAll(): Promise<void> {
    const groups = this.all();
    this.#groups.clear();
    await Promise.all(groups.map((group) => group.finish(subscriptionDropped(group.key))));
  }

  /** One change at a time: each writes down all groups as they are after it. */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const turn = this.#changing.then(change);
    this.#changing = turn.catch(() => undefined);
    return turn;
  }
}

function checkSettings(key: GroupKey, { readBatchSize, historyBufferSize }: GroupSettings): void {
  if (key.stream === '$all') throw groupFailed(key, 'Use the all option to subscribe to $all');
  if (readBatchSize >= historyBufferSize) {
    throw groupFailed(key, 'Read batch size may not be greater than or equal to history buffer size');
  }
}
