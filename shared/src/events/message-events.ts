import { z } from 'zod';
import { personScope, roomDayScope } from '../sealing/key-scope.ts';
import { plainEvent, sealedEvent } from './event-type.ts';

const id = z.string();

/** Whom a text calls: by name, and whether everybody in the room. */
export const mentionsSchema = z.object({ userIds: z.array(id), room: z.boolean() });
export type Mentions = z.infer<typeof mentionsSchema>;

/** `system` and `action` lines come from imports: joins and topics, and `/me`. */
export const messageKinds = ['text', 'action', 'system'] as const;
export type MessageKind = (typeof messageKinds)[number];

const text = z.object({ text: z.string() });
/** An edit is sealed under its message's original author and day, so that one destroyed key covers all versions. */
const written = z.object({
  messageId: id,
  roomId: id,
  authorId: id,
  day: z.string(),
  mentions: mentionsSchema,
});
const writtenKeys = (data: { roomId: string; authorId: string; day: string }) => [
  personScope(data.authorId),
  roomDayScope(data.roomId, data.day),
];

export const messageEvents = {
  MessageSent: sealedEvent(
    'message',
    written.extend({
      kind: z.enum(messageKinds),
      replyTo: id.nullable(),
      threadOf: id.nullable(),
      /** The revision of the room that the right to send was decided on. */
      roomRevision: z.number().int(),
      /** Imported messages: where they came from and when they were first said. */
      source: z.object({ id: z.string(), at: z.string() }).nullable(),
    }),
    text,
    writtenKeys,
  ),
  MessageEdited: sealedEvent('message', written, text, writtenKeys),
  MessageDeleted: plainEvent('message', z.object({ messageId: id, roomId: id })),
  ReactionAdded: plainEvent(
    'message',
    z.object({ messageId: id, roomId: id, userId: id, emoji: z.string() }),
  ),
  ReactionRemoved: plainEvent(
    'message',
    z.object({ messageId: id, roomId: id, userId: id, emoji: z.string() }),
  ),
  MessagePinned: plainEvent('message', z.object({ messageId: id, roomId: id })),
  MessageUnpinned: plainEvent('message', z.object({ messageId: id, roomId: id })),
};
