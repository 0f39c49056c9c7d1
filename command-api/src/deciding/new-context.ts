import { createHmac, randomUUID } from 'node:crypto';
import { canonicalJson, personScope, type Keyring } from '@verbatim/shared';
import type { AuthenticatedRequest } from '../http/route.ts';
import type { CommandContext } from './command-context.ts';

/** What of a request makes it the same as another one: everything the client chose but the key itself. */
export interface Asked {
  readonly command: string;
  readonly parameters: unknown;
  readonly body: unknown;
}

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

/** Under a key made of the person's own: once that is destroyed, nobody can try texts against it any more. */
async function fingerprintOf(
  keyring: Keyring,
  organizationId: string,
  actorId: string,
  asked: Asked,
): Promise<string | undefined> {
  const scope = personScope(actorId);
  await keyring.prepare(organizationId, [scope]);
  const found = keyring.lookUp(organizationId, scope);
  if (found.status !== 'present') return undefined;
  const key = createHmac('sha256', found.key).update('verbatim fingerprint v1').digest();
  return createHmac('sha256', key).update(canonicalJson(asked)).digest('base64url');
}
