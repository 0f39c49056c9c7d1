import { z } from 'zod';
import { messageKinds } from '../events/message-events.ts';
import { nameSchema, textSchema } from '../json/text.ts';
import { emojiSchema } from './messages.ts';
import { limits } from './limits.ts';

const sourceId = textSchema({ min: 1, max: 256 });
/** Rooms are named as in the source; the import makes each a public channel once. */
const room = nameSchema(limits.roomNameCharacters);

/** A thing that was done elsewhere, at its own time and by its own person. */
export const importedCommandSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('SendMessage'),
    room,
    /** May be empty: a line without text is kept as a system line. */
    text: textSchema({ max: limits.messageCharacters }),
    kind: z.enum(messageKinds).optional(),
    /** Source ids of messages imported before. */
    replyTo: sourceId.optional(),
    threadOf: sourceId.optional(),
  }),
  z.strictObject({
    type: z.literal('EditMessage'),
    message: sourceId,
    text: textSchema({ max: limits.messageCharacters }),
  }),
  z.strictObject({ type: z.literal('DeleteMessage'), message: sourceId }),
  z.strictObject({ type: z.literal('React'), message: sourceId, emoji: emojiSchema }),
  z.strictObject({ type: z.literal('JoinRoom'), room }),
  z.strictObject({ type: z.literal('LeaveRoom'), room }),
]);
export type ImportedCommand = z.infer<typeof importedCommandSchema>;

export const importItemSchema = z.strictObject({
  sourceId,
  /** ISO 8601, UTC: when it happened where it comes from. */
  at: z.iso.datetime(),
  as: z.strictObject({
    sourceUserId: sourceId,
    displayName: textSchema({ max: limits.displayNameCharacters }),
  }),
  command: importedCommandSchema,
});
export type ImportItem = z.infer<typeof importItemSchema>;

/** Items are checked one by one: a bad one is reported in its result and does not stop the others. */
export const importBody = z.strictObject({ items: z.array(z.unknown()).min(1).max(limits.importItems) });

/** `already` was taken by an earlier run. */
export const importResultSchema = z.object({
  sourceId: z.string(),
  status: z.enum(['imported', 'already', 'refused']),
  id: z.string().optional(),
  problem: z.object({ code: z.string(), detail: z.string() }).optional(),
});
export const importAnswer = z.object({ results: z.array(importResultSchema) });
export type ImportResult = z.infer<typeof importResultSchema>;
