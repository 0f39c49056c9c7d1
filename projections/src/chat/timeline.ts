import type { ChatBatch } from './chat-batch.ts';
import type { ChatEvent } from './chat-event.ts';
import { instantOf } from './instant.ts';
import type { ContentStatus, MessageRow } from './timeline-tables.ts';

type Of<Type extends ChatEvent['type']> = Extract<ChatEvent, { readonly type: Type }>;

/** Messages, their versions, reactions, threads and pins. */
export function projectTimeline(batch: ChatBatch, event: ChatEvent, seq: number): void {
  switch (event.type) {
    case 'MessageSent': {
      send(batch, event, seq);
      return;
    }
    case 'MessageEdited': {
      edit(batch, event);
      return;
    }
    case 'MessageDeleted': {
      remove(batch, event);
      return;
    }
    case 'ReactionAdded': {
      const { messageId, emoji, userId } = event.data;
      const { organizationId } = event.metadata;
      const key = { organizationId, messageId, emoji, userId };
      if (batch.reactions.get(key) === undefined) batch.reactions.put({ ...key, seq });
      return;
    }
    case 'ReactionRemoved': {
      const { messageId, emoji, userId } = event.data;
      const { organizationId } = event.metadata;
      batch.reactions.remove({ organizationId, messageId, emoji, userId });
      return;
    }
    case 'MessagePinned': {
      const message = batch.message(event);
      if (message.content === 'deleted') return;
      message.pinnedAt = instantOf(event.metadata.occurredAt);
      message.pinnedBy = event.metadata.actorId;
      return;
    }
    case 'MessageUnpinned':
      Object.assign(batch.message(event), { pinnedAt: null, pinnedBy: null });
      return;
    default:
      return; // the rest changes other tables
  }
}

function send(batch: ChatBatch, event: Of<'MessageSent'>, seq: number): void {
  const { organizationId, occurredAt } = event.metadata;
  const { messageId, roomId, authorId, kind, mentions, day, replyTo, threadOf, source } = event.data;
  const sentAt = instantOf(occurredAt);
  const { content, text } = contentOf(event);
  // Spelled out: V8 takes many times as long for an object with a copy of another in it.
  batch.messages.put({
    organizationId,
    messageId,
    roomId,
    seq,
    position: event.position,
    authorId,
    kind,
    content,
    text,
    mentions: mentions.userIds,
    mentionsRoom: mentions.room,
    day,
    sentAt,
    createdAt: source === null ? sentAt : instantOf(source.at),
    version: 1,
    editedAt: null,
    deletedAt: null,
    deletedBy: null,
    replyTo,
    threadOf,
    replyCount: 0,
    pinnedAt: null,
    pinnedBy: null,
    sourceId: source?.id ?? null,
    importedAt: source === null ? null : event.created.toISOString(),
  });
  if (threadOf === null) return;
  const root = batch.messages.edit({ organizationId, messageId: threadOf });
  if (root?.roomId === roomId) root.replyCount += 1;
}

function edit(batch: ChatBatch, event: Of<'MessageEdited'>): void {
  const message = batch.message(event);
  const at = instantOf(event.metadata.occurredAt);
  if (message.version === 1) addVersion(batch, message, message.createdAt, message.authorId);
  message.version += 1;
  message.editedAt = at;
  if (message.content !== 'deleted') {
    const { userIds, room } = event.data.mentions;
    Object.assign(message, contentOf(event), { mentions: userIds, mentionsRoom: room });
  }
  addVersion(batch, message, at, event.metadata.actorId);
}

function addVersion(batch: ChatBatch, message: MessageRow, writtenAt: string, writtenBy: string): void {
  const { organizationId, messageId, version, content, text, mentions, mentionsRoom } = message;
  batch.versions.put({
    organizationId,
    messageId,
    version,
    content,
    text,
    mentions,
    mentionsRoom,
    writtenAt,
    writtenBy,
  });
}

/** Nothing readable stays with members; the trail is in the record. */
function remove(batch: ChatBatch, event: Of<'MessageDeleted'>): void {
  const message = batch.message(event);
  if (message.content === 'deleted') return;
  const gone = { content: 'deleted', text: null } as const;
  Object.assign(message, gone, {
    mentions: [],
    mentionsRoom: false,
    deletedAt: instantOf(event.metadata.occurredAt),
    deletedBy: event.metadata.actorId,
    pinnedAt: null,
    pinnedBy: null,
  });
  if (message.version === 1) return;
  const { organizationId, messageId } = message;
  for (let version = 1; version <= message.version; version += 1)
    Object.assign(batch.versions.edit({ organizationId, messageId, version }) ?? {}, gone);
}

function contentOf(event: Of<'MessageSent' | 'MessageEdited'>): {
  readonly content: ContentStatus;
  readonly text: string | null;
} {
  const { content } = event;
  return content.status === 'present'
    ? { content: 'present', text: content.fields.text }
    : { content: content.status, text: null };
}
