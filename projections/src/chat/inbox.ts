import { everybodyId, type NotificationLevel } from '@verbatim/shared';
import type { Table } from '../tables/table.ts';
import type { ChatBatch } from './chat-batch.ts';
import type { ChatEvent } from './chat-event.ts';
import type { MessageRow } from './timeline-tables.ts';

/**
 * How one person follows one room. What is unread costs no step per reader and message:
 * `unread = room.live_messages - live_at_marker - own_after_marker`.
 */
export interface InboxRow {
  organizationId: string;
  roomId: string;
  userId: string;
  /** The marker: everything up to here was seen. */
  readSeq: number;
  /** Messages up to the marker that are not deleted. */
  liveAtMarker: number;
  /** The person's own messages after the marker that are not deleted: they are never unread. */
  ownAfterMarker: number;
  notifications: NotificationLevel;
  favourite: boolean;
}

export const inboxTable: Table<InboxRow> = {
  name: 'inbox',
  columns: {
    organizationId: 'uuid',
    roomId: 'uuid',
    userId: 'uuid',
    readSeq: 'integer',
    liveAtMarker: 'integer',
    ownAfterMarker: 'integer',
    notifications: 'text',
    favourite: 'boolean',
  },
  key: ['organizationId', 'roomId', 'userId'],
};

/** One for each person a message calls, and one, under `everybodyId`, for `@room`. */
export interface MentionRow {
  organizationId: string;
  messageId: string;
  userId: string;
  roomId: string;
  seq: number;
  authorId: string;
  /** Of the message. */
  createdAt: string;
}

export const mentionTable: Table<MentionRow> = {
  name: 'mention',
  columns: {
    organizationId: 'uuid',
    messageId: 'uuid',
    userId: 'uuid',
    roomId: 'uuid',
    seq: 'integer',
    authorId: 'uuid',
    createdAt: 'timestamptz',
  },
  key: ['organizationId', 'messageId', 'userId'],
};

export const inboxTables = [
  `CREATE TABLE inbox (
     organization_id uuid NOT NULL,
     room_id uuid NOT NULL,
     user_id uuid NOT NULL,
     read_seq integer NOT NULL,
     live_at_marker integer NOT NULL,
     own_after_marker integer NOT NULL,
     notifications text NOT NULL,
     favourite boolean NOT NULL,
     PRIMARY KEY (organization_id, room_id, user_id)
   ) WITH (fillfactor = 50)`,
  `CREATE TABLE mention (
     organization_id uuid NOT NULL,
     message_id uuid NOT NULL,
     user_id uuid NOT NULL,
     room_id uuid NOT NULL,
     seq integer NOT NULL,
     author_id uuid NOT NULL,
     created_at timestamptz(3) NOT NULL,
     PRIMARY KEY (organization_id, message_id, user_id)
   )`,
];

export const inboxIndexes = [
  `CREATE INDEX IF NOT EXISTS mention_unread ON mention (organization_id, room_id, user_id, seq)`,
  `CREATE INDEX IF NOT EXISTS mention_newest ON mention (organization_id, user_id, created_at, message_id)`,
];

export function projectInbox(batch: ChatBatch, event: ChatEvent, seq: number): void {
  const { organizationId } = event.metadata;
  switch (event.type) {
    case 'ParticipantJoined':
    case 'ParticipantAdded': {
      const { roomId, userId } = event.data;
      const inbox = inboxOf(batch, { organizationId, roomId, userId });
      const { joinedSeq } = batch.participants.get({ organizationId, roomId, userId }) ?? {};
      if (joinedSeq !== seq) return; // was in the room already
      const liveAtMarker = batch.room(event).liveMessages;
      Object.assign(inbox, { readSeq: seq, liveAtMarker, ownAfterMarker: 0 });
      return;
    }
    case 'MessageSent': {
      const { roomId, authorId, messageId } = event.data;
      batch.countMessage(event, { seq, authorId, change: 1 });
      const own = batch.inboxes.edit({ organizationId, roomId, userId: authorId });
      if (own !== undefined) own.ownAfterMarker += 1;
      addMentions(batch, organizationId, messageId);
      return;
    }
    case 'MessageEdited':
      addMentions(batch, organizationId, event.data.messageId);
      return;
    case 'RoomRead': {
      const { roomId, userId } = event.data;
      const target = Math.min(event.data.seq, batch.room(event).lastSeq);
      const inbox = batch.inboxOfParticipant({ organizationId, roomId, userId });
      if (inbox !== undefined && target > inbox.readSeq) moveMarker(batch, event, inbox, target);
      return;
    }
    case 'RoomMarkedUnread': {
      const { roomId, userId } = event.data;
      const target = Math.max(event.data.seq - 1, 0);
      const inbox = batch.inboxOfParticipant({ organizationId, roomId, userId });
      if (inbox !== undefined && target < inbox.readSeq) moveMarker(batch, event, inbox, target);
      return;
    }
    case 'NotificationLevelSet':
      inboxOf(batch, { ...event.data, organizationId }).notifications = event.data.level;
      return;
    case 'RoomFavourited':
      inboxOf(batch, { ...event.data, organizationId }).favourite = true;
      return;
    case 'RoomUnfavourited':
      inboxOf(batch, { ...event.data, organizationId }).favourite = false;
      return;
    default:
      return; // the rest changes other tables
  }
}

/** What must see the message as it was before the timeline changes it. */
export function projectInboxBefore(batch: ChatBatch, event: ChatEvent): void {
  if (event.type !== 'MessageEdited' && event.type !== 'MessageDeleted') return;
  const { organizationId } = event.metadata;
  const { content, seq, authorId, roomId, ...message } = batch.message(event);
  if (content === 'deleted') return;
  for (const userId of calledBy(message))
    batch.mentions.remove({ organizationId, messageId: message.messageId, userId });
  if (event.type === 'MessageEdited') return;
  batch.countMessage(event, { seq, authorId, change: -1 });
  for (const { userId, readSeq } of batch.inboxesOf(organizationId, roomId)) {
    if (readSeq < seq && userId !== authorId) continue;
    const inbox = batch.inboxes.edit({ organizationId, roomId, userId });
    if (inbox === undefined) continue;
    if (readSeq >= seq) inbox.liveAtMarker -= 1;
    else inbox.ownAfterMarker -= 1;
  }
}

function moveMarker(
  batch: ChatBatch,
  event: Extract<ChatEvent, { type: 'RoomRead' | 'RoomMarkedUnread' }>,
  inbox: InboxRow,
  target: number,
): void {
  Object.assign(inbox, batch.countsAt(event, target), { readSeq: target });
  const { organizationId, roomId, userId, readSeq } = inbox;
  batch.push({ kind: 'read', organizationId, roomId, userId, readSeq });
}

type InboxKey = Pick<InboxRow, 'organizationId' | 'roomId' | 'userId'>;

function inboxOf(batch: ChatBatch, { organizationId, roomId, userId }: InboxKey): InboxRow {
  return (
    batch.inboxes.edit({ organizationId, roomId, userId }) ??
    batch.inboxes.put({
      organizationId,
      roomId,
      userId,
      readSeq: 0,
      liveAtMarker: 0,
      ownAfterMarker: 0,
      notifications: 'all',
      favourite: false,
    })
  );
}

function addMentions(batch: ChatBatch, organizationId: string, messageId: string): void {
  const message = batch.messages.get({ organizationId, messageId });
  if (message === undefined) return;
  const { roomId, seq, authorId, createdAt } = message;
  for (const userId of calledBy(message))
    batch.mentions.put({ organizationId, messageId, userId, roomId, seq, authorId, createdAt });
}

const calledBy = ({ mentions, mentionsRoom }: Pick<MessageRow, 'mentions' | 'mentionsRoom'>): string[] =>
  mentionsRoom ? [...mentions, everybodyId] : mentions;
