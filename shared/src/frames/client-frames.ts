import { z } from 'zod';
import { clientChosenIdSchema, idSchema } from '../ids/schema.ts';
import { sendMessageBody } from '../http/messages.ts';
import { markReadBody } from '../http/rooms.ts';

const token = z.string().min(1).max(4_096);
const seq = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Where a client stands in a room: with the epoch of what it holds, or just the last seq. */
const cursor = z.union([seq, z.strictObject({ seq, epoch: z.number().int().min(0) })]);
const room = { roomId: idSchema };

export const clientFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    token,
    resume: z.record(idSchema, cursor).optional(),
  }),
  z.strictObject({ type: z.literal('join_room'), ...room, after: seq.optional() }),
  z.strictObject({ type: z.literal('leave_room'), ...room }),
  z.strictObject({
    ...sendMessageBody.shape,
    type: z.literal('message'),
    ...room,
    id: clientChosenIdSchema,
  }),
  z.strictObject({ type: z.literal('typing'), ...room }),
  z.strictObject({ type: z.literal('read'), ...room, ...markReadBody.shape }),
  z.strictObject({ type: z.literal('presence'), status: z.enum(['online', 'away']) }),
  z.strictObject({ type: z.literal('token'), token }),
  z.strictObject({ type: z.literal('ping') }),
]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;

export const subprotocol = 'verbatim.v1';

/** WebSocket close codes of ours; 1009 and 1012 are the protocol's own. */
export const closeCodes = {
  badFrame: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  tooSlow: 4408,
  tooManyFrames: 4429,
  tooLarge: 1009,
  restarting: 1012,
} as const;
