import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  canonicalJson,
  checkpointKeyFromSeed,
  connectEventStore,
  createLogger,
  GrowingTree,
  leafEntry,
  leafHash,
  newId,
  originOf,
  recordEntry,
  signCheckpoint,
  streamOf,
  streamPrefixes,
  type EventStore,
  type RecordedEvent,
} from '@verbatim/shared';
import { freshEventStore, type FreshEventStore } from '@verbatim/testing';

export const messagesPerVisit = 40;

/** A log of two organizations: a checkpoint of the one is published in it, one of the other is anchored outside. */
export class RecordedLog {
  readonly key = checkpointKeyFromSeed('verbatim.test', randomBytes(32));
  readonly one = newId();
  readonly other = newId();
  readonly eventStore: EventStore;
  readonly connectionString: string;
  readonly anchorDirectory: string;
  /** As it was when it was made. */
  events: readonly RecordedEvent[] = [];
  readonly #store: FreshEventStore;

  private constructor(store: FreshEventStore, anchorDirectory: string) {
    this.#store = store;
    this.connectionString = store.connectionString;
    this.anchorDirectory = anchorDirectory;
    const logger = createLogger({ name: 'test', level: 'silent' });
    this.eventStore = connectEventStore({ url: store.connectionString, logger });
  }

  static async make(): Promise<RecordedLog> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-anchors-'));
    const recorded = new RecordedLog(await freshEventStore(), directory);
    const { one, other } = recorded;
    for (const organizationId of [one, other]) await recorded.happen(organizationId);
    await recorded.publish(one);
    await recorded.happen(one);
    const { size, note } = await recorded.noteOver(other);
    await keepNotes(directory, other, { [size]: note });
    recorded.events = await recorded.#read();
    return recorded;
  }

  async remove(): Promise<void> {
    await this.eventStore.close();
    await Promise.all([this.#store.stop(), rm(this.anchorDirectory, { recursive: true, force: true })]);
  }

  /** @throws RangeError where there is no event */
  at(index: number): RecordedEvent {
    const event = this.events[index];
    if (event === undefined) throw new RangeError(`no event ${index}`);
    return event;
  }

  /** Somebody comes into a room and says something; what is said need not be readable to be on the record. */
  async happen(organizationId: string): Promise<void> {
    const [roomId, userId] = [newId(), newId()];
    const append = (stream: string, type: string, data: object) =>
      this.eventStore.append(
        stream,
        [{ id: newId(), type, data: { ...data }, metadata: { actorId: userId, organizationId, roomId } }],
        { expectedRevision: 'any' },
      );
    await append(streamOf.room(roomId), 'ParticipantJoined', { role: 'admin', roomId, userId });
    for (let count = 0; count < messagesPerVisit; count += 1) {
      const messageId = newId();
      const sealed = randomBytes(30).toString('hex');
      const sent = { authorId: userId, day: '2026-11-22', messageId, roomId, sealed };
      await append(streamOf.message(messageId), 'MessageSent', sent);
    }
  }

  async publish(organizationId: string): Promise<void> {
    const { size, note } = await this.noteOver(organizationId);
    const data = { note, treeSize: size };
    await this.eventStore.append(
      streamOf.audit(organizationId),
      [{ id: newId(), type: 'CheckpointPublished', data, metadata: { organizationId } }],
      { expectedRevision: 'any' },
    );
  }

  /** A note over all that has happened in an organization. */
  async noteOver(organizationId: string): Promise<{ readonly size: number; readonly note: string }> {
    const tree = new GrowingTree(0, []);
    for (const event of await this.#read())
      if (isOf(organizationId, event)) tree.append(leafHash(leafEntry(recordEntry(event).stored)));
    const origin = originOf(this.key, organizationId);
    return {
      size: tree.size,
      note: signCheckpoint({ origin, size: tree.size, root: tree.root() }, this.key),
    };
  }

  /** The store after somebody changed its files: it reads as that somebody wants. */
  rewritten(events: readonly RecordedEvent[]): EventStore {
    return {
      ...this.eventStore,
      readAll: async function* () {
        for (const event of events) yield await Promise.resolve(event);
      },
    };
  }

  async #read(): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of this.eventStore.readAll({ streamPrefixes })) events.push(event);
    return events;
  }
}

export const isOf = (organizationId: string, { metadata }: RecordedEvent): boolean =>
  canonicalJson(metadata).includes(organizationId);

/** Notes by their size, in the files in which an instance keeps them. */
export async function keepNotes(
  directory: string,
  organizationId: string,
  notes: Readonly<Record<number, string>>,
): Promise<void> {
  const folder = path.join(directory, 'checkpoints', organizationId, '2026-11-22');
  await mkdir(folder, { recursive: true });
  for (const [size, note] of Object.entries(notes))
    await writeFile(path.join(folder, `${size.padStart(16, '0')}.note`), note);
}
