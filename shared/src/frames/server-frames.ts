import { z } from 'zod';
import { roomSettingsSchema } from '../events/room-events.ts';
import { positionSchema } from '../ids/schema.ts';
import { problemSchema } from '../problems/problem.ts';
import { authorView, contentStatusSchema, messageView } from '../http/messages.ts';
import { roomRoleSchema, visibilitySchema } from '../http/rooms.ts';

/** Every durable frame: `seq` is dense and rises by one in each room. */
const durable = z.object({
  roomId: z.string(),
  seq: z.number().int(),
  position: positionSchema,
  at: z.string(),
});
const aboutMessage = durable.extend({ messageId: z.string() });

export const durableFrameSchema = z.discriminatedUnion('type', [
  /** The message as it was sent: reactions, replies and pins follow as frames of their own. */
  durable.extend({ type: z.literal('message'), message: messageView }),
  aboutMessage.extend({
    type: z.literal('message_edited'),
    content: contentStatusSchema,
    text: z.string().nullable(),
    mentions: z.array(z.string()),
    by: z.string(),
  }),
  aboutMessage.extend({ type: z.literal('message_deleted'), by: z.string() }),
  aboutMessage.extend({ type: z.literal('reaction_added'), userId: z.string(), emoji: z.string() }),
  aboutMessage.extend({ type: z.literal('reaction_removed'), userId: z.string(), emoji: z.string() }),
  aboutMessage.extend({ type: z.literal('pinned'), by: z.string() }),
  aboutMessage.extend({ type: z.literal('unpinned'), by: z.string() }),
  /** The room's details as they are after the change. */
  durable.extend({
    type: z.literal('room_changed'),
    name: z.string().nullable(),
    description: z.string(),
    topic: z.string(),
    visibility: visibilitySchema,
    archived: z.boolean(),
    settings: roomSettingsSchema,
    by: z.string(),
  }),
  durable.extend({
    type: z.literal('participant_joined'),
    user: authorView,
    role: roomRoleSchema,
    by: z.string(),
  }),
  durable.extend({ type: z.literal('participant_left'), userId: z.string(), by: z.string() }),
  durable.extend({
    type: z.literal('participant_role'),
    userId: z.string(),
    role: roomRoleSchema,
    by: z.string(),
  }),
]);
export type DurableFrame = z.infer<typeof durableFrameSchema>;

export const presenceStatusSchema = z.enum(['online', 'away', 'offline']);
export type PresenceStatus = z.infer<typeof presenceStatusSchema>;

const room = z.object({ roomId: z.string() });
const cursor = z.object({ roomId: z.string(), seq: z.number().int(), epoch: z.number().int() });

/** Frames without `seq`: they may be dropped and are never caught up on. */
export const momentaryFrameSchema = z.discriminatedUnion('type', [
  room.extend({ type: z.literal('typing'), userId: z.string() }),
  z.object({ type: z.literal('presence'), userId: z.string(), status: presenceStatusSchema }),
  room.extend({ type: z.literal('read'), userId: z.string(), readSeq: z.number().int() }),
  /** Frames after `lastSeq` follow by themselves. `own`: the person is in it; else they read along. */
  room.extend({
    type: z.literal('room_added'),
    lastSeq: z.number().int(),
    epoch: z.number().int(),
    own: z.boolean(),
  }),
  room.extend({ type: z.literal('room_removed') }),
  z.object({ type: z.literal('directory'), version: z.number().int() }),
]);

export const controlFrameSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    connectionId: z.string(),
    userId: z.string(),
    heartbeatMs: z.number(),
    directoryVersion: z.number().int(),
    /** `readSeq`: how far one has read; markers are told once, so what was told to others before this is here. */
    rooms: z.array(cursor.extend({ readSeq: z.number().int().optional() })),
  }),
  /** More than 500 frames behind: fetch `from…to` from `/chat/rooms/{id}/events`. */
  room.extend({ type: z.literal('gap'), from: z.number().int(), to: z.number().int() }),
  /** What is held of this room is not to be trusted any more: fetch afresh. */
  room.extend({ type: z.literal('reset'), epoch: z.number().int() }),
  z.object({ type: z.literal('ack'), id: z.string(), position: positionSchema }),
  z.object({ type: z.literal('error'), id: z.string().optional(), problem: problemSchema }),
  z.object({ type: z.literal('pong') }),
]);

export const serverFrameSchema = z.union([durableFrameSchema, momentaryFrameSchema, controlFrameSchema]);
export type MomentaryFrame = z.infer<typeof momentaryFrameSchema>;
export type ControlFrame = z.infer<typeof controlFrameSchema>;
export type ServerFrame = DurableFrame | MomentaryFrame | ControlFrame;
