import { createHmac } from 'node:crypto';
import { canonicalJson, personScope, type Keyring } from '@verbatim/shared';

/**
 * Keyed hash of what somebody asked for, to tell a repeated request from a reused key. Its key is made of the
 * person's own: once that is destroyed, nobody can try texts against the hash any more.
 */
export async function fingerprintOf(
  keyring: Keyring,
  organizationId: string,
  actorId: string,
  asked: unknown,
): Promise<string | undefined> {
  const scope = personScope(actorId);
  await keyring.prepare(organizationId, [scope]);
  const found = keyring.lookUp(organizationId, scope);
  if (found.status !== 'present') return undefined;
  const key = createHmac('sha256', found.key).update('verbatim fingerprint v1').digest();
  return createHmac('sha256', key).update(canonicalJson(asked)).digest('base64url');
}
