import { z } from 'zod';

const sealedContentSchema = z.object({
  keys: z.array(z.string()),
  box: z.string(),
});

/** Metadata as stored, the same for every event. */
export const storedMetadataSchema = z.object({
  organizationId: z.string(),
  /** Who acted; the id of the organization itself for what the system does on its own. */
  actorId: z.string(),
  /** On every event of or about a room. */
  roomId: z.string().optional(),
  /** The command that made the event; a retried command has the same. */
  commandId: z.string(),
  /** The request or job that it all began with. */
  correlationId: z.string(),
  /** What caused it: the command, or the event that a process reacted to. */
  causationId: z.string(),
  /** ISO 8601 with milliseconds: when it was decided. */
  occurredAt: z.string(),
  /** The schema number of the event's data. */
  schema: z.number().int(),
  /** Keyed hash of the command's body, to tell a retry from a reused key. */
  fingerprint: z.string().optional(),
  context: z.object({
    sessionId: z.string().nullable(),
    /** Sealed `{ip, userAgent}`, under the actor's own key. */
    sealed: sealedContentSchema.optional(),
  }),
});
export type StoredMetadata = z.infer<typeof storedMetadataSchema>;

/** From where somebody acted. */
export interface ActorContext {
  readonly ip: string;
  readonly userAgent: string;
}

/** Metadata as the domain and the read models see it. */
export type EventMetadata = Readonly<StoredMetadata>;
