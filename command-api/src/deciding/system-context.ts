import type { Logger } from '@verbatim/shared';
import type { CommandContext } from './command-context.ts';

/** The context of what the system does on its own: the organization itself acts, from nowhere. */
export function systemContext(
  organizationId: string,
  command: string,
  cause: { readonly commandId: string; readonly causationId: string },
  logger: Logger,
): CommandContext {
  return {
    organizationId,
    actorId: organizationId,
    sessionId: null,
    command,
    commandId: cause.commandId,
    fingerprint: undefined,
    correlationId: cause.causationId,
    causationId: cause.causationId,
    at: new Date().toISOString(),
    from: undefined,
    logger,
  };
}
