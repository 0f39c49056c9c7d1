import { z } from 'zod';
import { messageKinds } from '../events/message-events.ts';
import { clientChosenIdSchema, idSchema } from '../ids/schema.ts';
import { textSchema } from '../json/text.ts';
import { limits } from './limits.ts';

const text = textSchema({ min: 1, max: limits.messageCharacters });

export const sendMessageBody = z.strictObject({
  id: clientChosenIdSchema.optional(),
  text,
  replyTo: idSchema.optional(),
  threadOf: idSchema.optional(),
});
export const editMessageBody = z.strictObject({ text });
/** One emoji, or a `:name:` of a custom one; what it shows is the client's affair. */
export const emojiSchema = textSchema({ min: 1, max: limits.emojiCharacters }).regex(
  /^(?:\S+)$/u,
  'must be one emoji without spaces',
);

/** Why a text is not there; `present` when it is. Missing text is never imitated in words. */
export const contentStatusSchema = z.enum(['present', 'deleted', 'erased', 'expired']);
export type ContentStatus = z.infer<typeof contentStatusSchema>;

export const authorView = z.object({ id: z.string(), displayName: z.string() });
export const reactionView = z.object({
  emoji: z.string(),
  count: z.number(),
  userIds: z.array(z.string()),
});
export const messageView = z.object({
  id: z.string(),
  roomId: z.string(),
  seq: z.number(),
  author: authorView,
  kind: z.enum(messageKinds),
  content: contentStatusSchema,
  /** Null unless `content` is `present`. */
  text: z.string().nullable(),
  createdAt: z.string(),
  editedAt: z.string().nullable(),
  deletedAt: z.string().nullable(),
  replyTo: z.string().nullable(),
  threadOf: z.string().nullable(),
  replyCount: z.number(),
  reactions: z.array(reactionView),
  /** User ids; `room` stands for everybody in the room. */
  mentions: z.array(z.string()),
  pinned: z.boolean(),
  /** Imported messages: where they came from, and when they came in. */
  source: z.object({ id: z.string(), importedAt: z.string() }).optional(),
});
export const messageVersionView = z.object({
  version: z.number(),
  content: contentStatusSchema,
  text: z.string().nullable(),
  at: z.string(),
  by: authorView,
});
/** Whether a message with these `mentions` calls a person, by name or as one of the room. */
export const callsPerson = (mentions: readonly string[], userId: string): boolean =>
  mentions.includes(userId) || mentions.includes('room');

/** A message in a list over several rooms; direct rooms have no name. */
export const placedMessageView = z.object({ message: messageView, roomName: z.string().nullable() });
export const searchHitView = placedMessageView.extend({
  /** The text cut around what was found; `highlights` are ranges of it in UTF-16 units, end exclusive. */
  snippet: z.string(),
  highlights: z.array(z.tuple([z.number(), z.number()])),
});

/** What every command answers once its events are durable; `revision` is that of the stream it wrote. */
export const commandAnswer = z.object({ id: z.string(), position: z.string(), revision: z.number() });
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** `asOf` is the room's last seq in the snapshot that the page was read from: later frames are not in it yet. */
export const messagePageView = pageOf(messageView).extend({ asOf: z.number().int() });

export type AuthorView = z.infer<typeof authorView>;
export type ReactionView = z.infer<typeof reactionView>;
export type MessageView = z.infer<typeof messageView>;
export type MessageVersionView = z.infer<typeof messageVersionView>;
export type MessagePageView = z.infer<typeof messagePageView>;
export type PlacedMessageView = z.infer<typeof placedMessageView>;
export type SearchHitView = z.infer<typeof searchHitView>;
export type CommandAnswer = z.infer<typeof commandAnswer>;
export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}
