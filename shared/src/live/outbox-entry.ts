import { z } from 'zod';
import { clientChosenIdSchema, idSchema } from '../ids/schema.ts';
import { problemSchema } from '../problems/problem.ts';

const message = {
  /** The id that the message will have: sending again under it is the same message. */
  id: clientChosenIdSchema,
  roomId: idSchema,
  text: z.string(),
  replyTo: idSchema.optional(),
  threadOf: idSchema.optional(),
  /** Milliseconds since 1970, for display. */
  queuedAtMs: z.number(),
  /** Rises with each message written in this browser: the order of sending. */
  order: z.number(),
};

/** A message on its way, until it comes back as a frame. Kept over reloads until it was taken. */
export const outboxEntrySchema = z.discriminatedUnion('status', [
  z.object({ ...message, status: z.literal('sending') }),
  z.object({ ...message, status: z.literal('sent'), position: z.string() }),
  z.object({ ...message, status: z.literal('failed'), problem: problemSchema }),
]);
export type OutboxEntry = Readonly<z.infer<typeof outboxEntrySchema>>;

export interface OutgoingMessage {
  readonly roomId: string;
  readonly text: string;
  readonly replyTo?: string | undefined;
  readonly threadOf?: string | undefined;
}

export const asSending = ({ id, roomId, text, replyTo, threadOf, queuedAtMs, order }: OutboxEntry) =>
  ({
    status: 'sending',
    id,
    roomId,
    text,
    ...(replyTo !== undefined && { replyTo }),
    ...(threadOf !== undefined && { threadOf }),
    queuedAtMs,
    order,
  }) satisfies OutboxEntry;

export const inOrder = (entries: Iterable<OutboxEntry>): OutboxEntry[] =>
  [...entries].sort((one, other) => one.order - other.order);
