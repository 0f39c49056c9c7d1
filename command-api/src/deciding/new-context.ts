import { randomUUID } from 'node:crypto';
import type { Keyring } from '@verbatim/shared';
import type { AuthenticatedRequest } from '../http/route.ts';
import type { CommandContext } from './command-context.ts';
import { fingerprintOf } from './fingerprint.ts';

/**
 * The context of a command that a person gave.
 * @param clientId an id that the client chose for what comes to be; it serves as the key where none is given.
 */
export async function contextOf(
  request: AuthenticatedRequest<unknown, unknown, unknown>,
  command: string,
  keyring: Keyring,
  clientId?: string,
): Promise<CommandContext> {
  const { principal, requestId, from, idempotencyKey, logger, parameters, body } = request;
  const { organizationId, userId: actorId, sessionId } = principal;
  const givenId = idempotencyKey ?? clientId;
  const fingerprint =
    givenId === undefined
      ? undefined
      : await fingerprintOf(keyring, organizationId, actorId, { command, parameters, body });
  const commandId = givenId ?? randomUUID();
  return {
    organizationId,
    actorId,
    sessionId,
    command,
    commandId,
    fingerprint,
    correlationId: requestId,
    causationId: commandId,
    at: new Date().toISOString(),
    from,
    logger,
  };
}
