import { z } from 'zod';
import { clientFrameSchema } from '../frames/client-frames.ts';
import { serverFrameSchema } from '../frames/server-frames.ts';
import { outboxEntrySchema } from './outbox-entry.ts';

const cursor = z.object({ roomId: z.string(), seq: z.number(), epoch: z.number() });
const connectionStateSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('idle') }),
  z.object({ status: z.literal('connecting'), attempt: z.number() }),
  z.object({ status: z.literal('live'), connectionId: z.string(), heartbeatMs: z.number() }),
  z.object({ status: z.literal('waiting'), attempt: z.number(), retryAfterMs: z.number() }),
  z.object({ status: z.literal('offline') }),
  z.object({ status: z.literal('signed-out') }),
]);

/** What the tabs of one person in one browser tell each other. */
export const tabMessageSchema = z.discriminatedUnion('kind', [
  /** A leader was elected: everybody says what they want. */
  z.object({ kind: z.literal('leading') }),
  /** What a tab wants of the one socket; said again regularly, since a tab may end without a word. */
  z.object({
    kind: z.literal('wants'),
    tabId: z.string(),
    rooms: z.array(z.string()),
    presence: z.enum(['online', 'away', 'gone']),
  }),
  /** The leader is asked to say something over the socket. */
  z.object({ kind: z.literal('say'), frame: clientFrameSchema }),
  /** From the leader: what the socket brought, how it is, and how far each room is known to have got. */
  z.object({ kind: z.literal('heard'), frame: serverFrameSchema }),
  z.object({ kind: z.literal('connection'), state: connectionStateSchema }),
  z.object({ kind: z.literal('latest'), rooms: z.array(cursor) }),
  z.object({
    kind: z.literal('outbox'),
    change: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('put'), entry: outboxEntrySchema }),
      z.object({ kind: z.literal('removed'), id: z.string() }),
    ]),
  }),
]);
export type TabMessage = z.infer<typeof tabMessageSchema>;
