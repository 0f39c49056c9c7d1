import { MalformedEventError, type PushItem } from '@verbatim/shared';
import { together, type Connection } from '../tables/connection.ts';
import { RowSet } from '../tables/row-set.ts';
import type { RowWriter } from '../tables/row-writer.ts';
import type { ChatEvent } from './chat-event.ts';
import { inboxTable, mentionTable, type InboxRow } from './inbox.ts';
import { participantTable } from './participants.ts';
import { personTable } from './people.ts';
import { roomTable, type RoomRow } from './rooms.ts';
import { frameTable, messageTable, reactionTable, versionTable, type MessageRow } from './timeline-tables.ts';

/** What is pushed after the commit; a frame is read from the tables then, so that it is what catching up gives. */
export type ChatPush =
  | Exclude<PushItem, { kind: 'frame' }>
  | {
      readonly kind: 'frame';
      readonly organizationId: string;
      readonly roomId: string;
      readonly seq: number;
    };

type RoomScoped = Extract<ChatEvent, { readonly data: { readonly roomId: string } }>;
type MessageScoped = Extract<ChatEvent, { readonly data: { readonly messageId: string } }>;
type ReadingScoped = Extract<ChatEvent, { readonly type: 'RoomRead' | 'RoomMarkedUnread' }>;

/** A message that began or ceased to count, within this batch. */
export interface CountChange {
  readonly seq: number;
  readonly authorId: string;
  readonly change: 1 | -1;
}

/** Messages up to a seq, and one person's own after it, as stored before this batch. */
export interface StoredCounts {
  readonly live: number;
  readonly own: number;
}

/** The rows that a batch of chat events touches, loaded by `loadChatBatch`. */
export class ChatBatch {
  readonly rooms = new RowSet(roomTable);
  readonly participants = new RowSet(participantTable);
  readonly inboxes = new RowSet(inboxTable);
  readonly messages = new RowSet(messageTable);
  readonly versions = new RowSet(versionTable);
  readonly reactions = new RowSet(reactionTable);
  readonly mentions = new RowSet(mentionTable);
  readonly frames = new RowSet(frameTable);
  readonly people = new RowSet(personTable);
  readonly pushes: ChatPush[] = [];
  /** By `placeOf` the room, person and seq. */
  readonly storedCounts = new Map<string, StoredCounts>();
  /** Last seq and live messages of each room before this batch. */
  readonly storedRooms = new Map<string, Pick<RoomRow, 'lastSeq' | 'liveMessages'>>();
  readonly #changes = new Map<string, CountChange[]>();

  push(item: ChatPush): void {
    this.pushes.push(item);
  }

  /** @throws MalformedEventError when the room was never created. */
  room({ data, metadata }: RoomScoped): RoomRow {
    const { organizationId } = metadata;
    const room = this.rooms.edit({ organizationId, roomId: data.roomId });
    if (room === undefined) throw new MalformedEventError(`room ${data.roomId} was never created`);
    return room;
  }

  /** @throws MalformedEventError when the message was never sent. */
  message({ data, metadata }: MessageScoped): MessageRow {
    const { organizationId } = metadata;
    const message = this.messages.edit({ organizationId, messageId: data.messageId });
    if (message === undefined) throw new MalformedEventError(`message ${data.messageId} was never sent`);
    return message;
  }

  *inboxesOf(organizationId: string, roomId: string): Generator<Readonly<InboxRow>> {
    for (const inbox of this.inboxes.rows())
      if (inbox.organizationId === organizationId && inbox.roomId === roomId) yield inbox;
  }

  /** The inbox to be changed, unless the person is not in the room: then there is nothing to count. */
  inboxOfParticipant(key: Pick<InboxRow, 'organizationId' | 'roomId' | 'userId'>): InboxRow | undefined {
    return this.participants.get(key) === undefined ? undefined : this.inboxes.edit(key);
  }

  countMessage(event: RoomScoped, change: CountChange): void {
    this.room(event).liveMessages += change.change;
    const { roomId } = event.data;
    const changes = this.#changes.get(roomId);
    if (changes === undefined) this.#changes.set(roomId, [change]);
    else changes.push(change);
  }

  /** What counts up to a seq, and of the person's own after it, at this point of the batch. */
  countsAt(
    { data, metadata }: ReadingScoped,
    seq: number,
  ): Pick<InboxRow, 'liveAtMarker' | 'ownAfterMarker'> {
    const { roomId, userId } = data;
    const room = this.storedRooms.get(roomId) ?? { lastSeq: 0, liveMessages: 0 };
    const stored =
      seq >= room.lastSeq
        ? { live: room.liveMessages, own: 0 }
        : this.storedCounts.get(placeOf(metadata.organizationId, roomId, userId, seq));
    if (stored === undefined) throw new Error('a marker was moved to a seq whose counts were not loaded');
    let { live, own } = stored;
    for (const change of this.#changes.get(roomId) ?? []) {
      if (change.seq <= seq) live += change.change;
      else if (change.authorId === userId) own += change.change;
    }
    return { liveAtMarker: live, ownAfterMarker: own };
  }

  async write(connection: Connection, writer: RowWriter): Promise<void> {
    const { rooms, participants, inboxes, messages, versions, reactions, mentions, frames, people } = this;
    await together(
      connection,
      ...[rooms, participants, inboxes, messages, versions, reactions, mentions, frames, people].map(
        (rows) => () => rows.write(connection, writer),
      ),
    );
  }
}

export const placeOf = (organizationId: string, roomId: string, userId: string, seq: number): string =>
  `${organizationId}|${roomId}|${userId}|${seq}`;
