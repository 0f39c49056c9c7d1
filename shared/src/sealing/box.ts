import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const purpose = 'verbatim content key v1';

/**
 * The content key of text that is protected by one or two vault keys: HKDF-SHA-256 (RFC 5869) over both, so
 * that destroying either makes it unreadable.
 * @param vaultKeys one or two keys of 32 bytes, in the order in which the sealed box names their scopes.
 */
export function contentKey(vaultKeys: readonly Uint8Array[]): Buffer {
  const [first, ...others] = vaultKeys;
  if (first === undefined) throw new RangeError('a content key needs at least one vault key');
  return Buffer.from(hkdfSync('sha256', first, Buffer.concat(others), purpose, keyBytes));
}

/**
 * AES-256-GCM; gives base64 of nonce ‖ ciphertext ‖ tag.
 * @param boundTo what the box belongs to; a box moved to another event does not open.
 */
export function sealBox(key: Uint8Array, plain: string, boundTo: string): string {
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(boundTo, 'utf8'));
  const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return body.toString('base64');
}

/** Random bytes are cheap in bulk and dear one by one. */
const noncesAtOnce = 512;
let nonces = Buffer.alloc(0);

/** Never the same twice: what was handed out is cut off. */
function freshNonce(): Buffer {
  if (nonces.length < nonceBytes) nonces = randomBytes(nonceBytes * noncesAtOnce);
  const nonce = nonces.subarray(0, nonceBytes);
  nonces = nonces.subarray(nonceBytes);
  return nonce;
}

/** @throws Error when the key is wrong, the box was changed, or it belongs to something else. */
export function openBox(key: Uint8Array, box: string, boundTo: string): string {
  const body = Buffer.from(box, 'base64');
  if (body.length < nonceBytes + tagBytes) throw new Error('a sealed box is too short');
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, nonceBytes));
  decipher.setAAD(Buffer.from(boundTo, 'utf8'));
  decipher.setAuthTag(body.subarray(body.length - tagBytes));
  const plain = decipher.update(body.subarray(nonceBytes, body.length - tagBytes));
  return Buffer.concat([plain, decipher.final()]).toString('utf8');
}
