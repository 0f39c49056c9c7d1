import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
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
  return createHmac('sha256', keyMadeOf(found.key)).update(canonicalJson(asked)).digest('base64url');
}

/** By the vault's key object, so that it is forgotten with it. */
const fingerprintKeys = new WeakMap<Uint8Array, KeyObject>();

function keyMadeOf(personKey: Uint8Array): KeyObject {
  const known = fingerprintKeys.get(personKey);
  if (known !== undefined) return known;
  const key = createSecretKey(createHmac('sha256', personKey).update('verbatim fingerprint v1').digest());
  fingerprintKeys.set(personKey, key);
  return key;
}
