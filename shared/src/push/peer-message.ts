import { z } from 'zod';
import { presenceStatusSchema } from '../frames/server-frames.ts';

const organizationId = z.string();

/** What relays tell each other: momentary, so a lost one is made good by the next. */
export const peerMessageSchema = z.discriminatedUnion('kind', [
  /** Says how a person's sockets at one relay are, and until when to believe it without hearing again. */
  z.object({
    kind: z.literal('presence'),
    organizationId,
    relayId: z.string(),
    people: z.array(z.object({ userId: z.string(), status: presenceStatusSchema })),
    validForMs: z.number().int().min(0).max(300_000),
  }),
  /** A relay came up and knows nobody: the others say who is there. */
  z.object({ kind: z.literal('presence-wanted'), relayId: z.string() }),
  z.object({ kind: z.literal('typing'), organizationId, roomId: z.string(), userId: z.string() }),
]);
export type PeerMessage = z.infer<typeof peerMessageSchema>;
