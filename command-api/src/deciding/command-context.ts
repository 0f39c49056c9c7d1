import type { ActorContext, Logger } from '@verbatim/shared';

/** Who gave a command, when, from where and under which key. */
export interface CommandContext {
  readonly organizationId: string;
  readonly actorId: string;
  /** Null for what the system or a person without a session does. */
  readonly sessionId: string | null;
  /** The command's own name, such as `SendMessage`. */
  readonly command: string;
  /** The client's key or id, else a random one. */
  readonly commandId: string;
  /** Keyed hash of what was asked; only where the client may ask again under the same key. */
  readonly fingerprint: string | undefined;
  /** The request that it all began with. */
  readonly correlationId: string;
  /** What caused it: the command itself, or the event that a process reacts to. */
  readonly causationId: string;
  /** When it is decided, ISO 8601 with milliseconds. */
  readonly at: string;
  readonly from: ActorContext | undefined;
  readonly logger: Logger;
}
