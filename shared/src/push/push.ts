import { z } from 'zod';
import { durableFrameSchema } from '../frames/server-frames.ts';
import { positionSchema } from '../ids/schema.ts';

const organizationId = z.string();

/** What projectors tell relays after a commit. A lost push is found by `seq`; nothing here is the only copy. */
export const pushItemSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('frame'), organizationId, frame: durableFrameSchema }),
  z.object({
    kind: z.literal('read'),
    organizationId,
    roomId: z.string(),
    userId: z.string(),
    readSeq: z.number().int(),
  }),
  /** One session ended (`sessionId`), or all of the person's (null): deactivation, log-out everywhere. */
  z.object({
    kind: z.literal('session-ended'),
    organizationId,
    userId: z.string(),
    sessionId: z.string().nullable(),
  }),
  z.object({ kind: z.literal('directory'), organizationId, version: z.number().int() }),
  /** Content of the room was erased or expired: its epoch rose. */
  z.object({ kind: z.literal('reset'), organizationId, roomId: z.string(), epoch: z.number().int() }),
]);
export type PushItem = z.infer<typeof pushItemSchema>;

/** All pushes of one commit, in log order; `position` is the checkpoint that was committed with them. */
export const pushBatchSchema = z.object({ position: positionSchema, items: z.array(pushItemSchema) });
export type PushBatch = z.infer<typeof pushBatchSchema>;
