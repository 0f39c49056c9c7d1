import type { AuditEntryView, PastRoomAnswer } from '@verbatim/shared/browser';
import { z } from 'zod';

/** A message as it read at a moment. What was deleted keeps its words here: the record shows them struck through. */
export interface PastMessage {
  readonly id: string;
  readonly authorId: string;
  readonly at: string;
  readonly text: string | null;
  /** Whom it calls: ids, or `room` for everybody. */
  readonly mentions: readonly string[];
  readonly isReply: boolean;
  readonly edits: number;
  readonly isDeleted: boolean;
  readonly isPinned: boolean;
  readonly reactions: ReadonlyMap<string, number>;
}
export type PastRow =
  | { readonly kind: 'message'; readonly message: PastMessage }
  | {
      readonly kind: 'note';
      readonly key: string;
      readonly at: string;
      readonly userId: string;
      readonly does: string;
    };

/** The room on the way through its changes: messages and quiet notes in their order. */
export interface PastRoom {
  readonly rows: readonly PastRow[];
}

const mentions = z
  .object({ userIds: z.array(z.string()), room: z.boolean() })
  .transform(({ userIds, room }) => (room ? [...userIds, 'room'] : userIds));
const edited = z.object({ messageId: z.string(), text: z.string().nullish(), mentions });
const sent = edited.extend({ authorId: z.string(), threadOf: z.string().nullable() });
const aboutMessage = z.object({ messageId: z.string() });
const reaction = aboutMessage.extend({ emoji: z.string() });
const aboutPerson = z.object({ userId: z.string() });

const notes: Readonly<Record<string, string>> = {
  ParticipantJoined: 'joined',
  ParticipantAdded: 'was added',
  ParticipantLeft: 'left',
  ParticipantRemoved: 'was removed',
  ParticipantRoleChanged: 'has another role',
};
const actorNotes: Readonly<Record<string, string>> = {
  RoomCreated: 'created the room',
  RoomDetailsChanged: 'changed the details of the room',
  RoomArchived: 'archived the room',
  RoomUnarchived: 'took the room out of the archive',
};

export function startOf(answer: PastRoomAnswer | null): PastRoom {
  const rows = (answer?.messages ?? []).map((view): PastRow => {
    const reactions = new Map(view.reactions.map(({ emoji, count }) => [emoji, count]));
    const { id, text, mentions, createdAt: at, pinned: isPinned } = view;
    const message = {
      id,
      authorId: view.author.id,
      at,
      text,
      mentions,
      isReply: view.threadOf !== null,
      edits: view.version - 1,
      isDeleted: view.deletedAt !== null,
      isPinned,
      reactions,
    };
    return { kind: 'message', message };
  });
  return { rows };
}

/** The room after its next change; what is of no concern to the reader changes nothing. */
export function afterChange(room: PastRoom, entry: AuditEntryView): PastRoom {
  const { type, data, at } = entry;
  switch (type) {
    case 'MessageSent': {
      const message = sent.safeParse(data);
      return message.success ? withSent(room, message.data, at) : room;
    }
    case 'MessageEdited': {
      const edit = edited.safeParse(data);
      if (!edit.success) return room;
      const { text = null, mentions } = edit.data;
      return withMessage(room, edit.data.messageId, (message) => ({
        ...message,
        text,
        mentions,
        edits: message.edits + 1,
      }));
    }
    case 'MessageDeleted':
      return marked(room, data, { isDeleted: true });
    case 'MessagePinned':
      return marked(room, data, { isPinned: true });
    case 'MessageUnpinned':
      return marked(room, data, { isPinned: false });
    case 'ReactionAdded':
      return withReaction(room, data, 1);
    case 'ReactionRemoved':
      return withReaction(room, data, -1);
    default:
      return withNote(room, entry);
  }
}

function withSent(room: PastRoom, data: z.infer<typeof sent>, at: string): PastRoom {
  const { messageId, authorId, text = null, mentions, threadOf } = data;
  const message = {
    id: messageId,
    authorId,
    at,
    text,
    mentions,
    isReply: threadOf !== null,
    edits: 0,
    isDeleted: false,
    isPinned: false,
    reactions: new Map<string, number>(),
  };
  return { rows: [...room.rows, { kind: 'message', message }] };
}

function withMessage(room: PastRoom, id: string, change: (message: PastMessage) => PastMessage): PastRoom {
  const index = room.rows.findLastIndex((row) => row.kind === 'message' && row.message.id === id);
  const row = room.rows[index];
  if (row?.kind !== 'message') return room;
  return { rows: room.rows.with(index, { kind: 'message', message: change(row.message) }) };
}

function marked(room: PastRoom, data: unknown, mark: Partial<PastMessage>): PastRoom {
  const about = aboutMessage.safeParse(data);
  return about.success
    ? withMessage(room, about.data.messageId, (message) => ({ ...message, ...mark }))
    : room;
}

function withReaction(room: PastRoom, data: unknown, change: 1 | -1): PastRoom {
  const about = reaction.safeParse(data);
  if (!about.success) return room;
  const { messageId, emoji } = about.data;
  return withMessage(room, messageId, (message) => {
    const reactions = new Map(message.reactions);
    const count = (reactions.get(emoji) ?? 0) + change;
    if (count > 0) reactions.set(emoji, count);
    else reactions.delete(emoji);
    return { ...message, reactions };
  });
}

function withNote(room: PastRoom, { type, data, at, eventId, actor }: AuditEntryView): PastRoom {
  const person = aboutPerson.safeParse(data);
  const about = notes[type];
  if (about !== undefined && person.success) {
    return {
      rows: [...room.rows, { kind: 'note', key: eventId, at, userId: person.data.userId, does: about }],
    };
  }
  const done = actorNotes[type];
  if (done === undefined || actor.id === null) return room;
  return { rows: [...room.rows, { kind: 'note', key: eventId, at, userId: actor.id, does: done }] };
}
