import { z } from 'zod';
import { messageKinds } from '../events/message-events.ts';
import { contentStatusSchema, type MessageView } from '../http/messages.ts';

/** A `timestamptz` as ISO 8601 text, whatever the connection's settings are. */
export const isoText = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Nobody's id: in `mention.user_id` it stands for everybody in the room. */
export const everybodyId = '00000000-0000-0000-0000-000000000000';

/** The columns of a message as it reads now, for a `SELECT` with `chat.message AS m` and the author's `chat.person AS author`. */
export const messageColumns = `
  m.message_id AS "id", m.room_id AS "roomId", m.seq, m.author_id AS "authorId",
  coalesce(author.display_name, '') AS "authorName", m.kind, m.content, m.text,
  ${isoText('m.created_at')} AS "createdAt", ${isoText('m.edited_at')} AS "editedAt",
  ${isoText('m.deleted_at')} AS "deletedAt", m.reply_to AS "replyTo", m.thread_of AS "threadOf",
  m.reply_count AS "replyCount", m.mentions::text[] AS mentions, m.mentions_room AS "mentionsRoom",
  m.pinned_at IS NOT NULL AS pinned, m.source_id AS "sourceId", ${isoText('m.imported_at')} AS "importedAt",
  (SELECT coalesce(json_agg(json_build_object('emoji', emoji, 'userIds', user_ids) ORDER BY first_seq), '[]')
   FROM (SELECT emoji, min(seq) AS first_seq, array_agg(user_id ORDER BY seq) AS user_ids
         FROM chat.reaction
         WHERE organization_id = m.organization_id AND message_id = m.message_id
         GROUP BY emoji) AS by_emoji) AS reactions`;

export const authorJoin = `
  LEFT JOIN chat.person AS author ON author.organization_id = m.organization_id AND author.user_id = m.author_id`;

const messageRowSchema = z.object({
  id: z.string(),
  roomId: z.string(),
  seq: z.number(),
  authorId: z.string(),
  authorName: z.string(),
  kind: z.enum(messageKinds),
  content: contentStatusSchema,
  text: z.string().nullable(),
  createdAt: z.string(),
  editedAt: z.string().nullable(),
  deletedAt: z.string().nullable(),
  replyTo: z.string().nullable(),
  threadOf: z.string().nullable(),
  replyCount: z.number(),
  mentions: z.array(z.string()),
  mentionsRoom: z.boolean(),
  pinned: z.boolean(),
  sourceId: z.string().nullable(),
  importedAt: z.string().nullable(),
  reactions: z.array(z.object({ emoji: z.string(), userIds: z.array(z.string()) })),
});

/** A row of `messageColumns` as clients see it. */
export function toMessageView(row: unknown): MessageView {
  const { authorId, authorName, mentionsRoom, sourceId, importedAt, ...message } =
    messageRowSchema.parse(row);
  return {
    id: message.id,
    roomId: message.roomId,
    seq: message.seq,
    author: { id: authorId, displayName: authorName },
    kind: message.kind,
    content: message.content,
    text: message.text,
    createdAt: message.createdAt,
    editedAt: message.editedAt,
    deletedAt: message.deletedAt,
    replyTo: message.replyTo,
    threadOf: message.threadOf,
    replyCount: message.replyCount,
    reactions: message.reactions.map(({ emoji, userIds }) => ({ emoji, count: userIds.length, userIds })),
    mentions: mentionedIn(message.mentions, mentionsRoom),
    pinned: message.pinned,
    ...sourceOf(sourceId, importedAt),
  };
}

export const mentionedIn = (userIds: readonly string[], isRoomMentioned: boolean): string[] =>
  isRoomMentioned ? [...userIds, 'room'] : [...userIds];

export function sourceOf(sourceId: string | null, importedAt: string | null): Pick<MessageView, 'source'> {
  return sourceId === null || importedAt === null ? {} : { source: { id: sourceId, importedAt } };
}
