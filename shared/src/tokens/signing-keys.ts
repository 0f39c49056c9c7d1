import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';

/** A public key that access tokens may be verified with, named by its RFC 7638 thumbprint. */
export interface VerificationKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
}

/** The first key signs; all verify, so that a key can be replaced without ending anybody's session. */
export interface SigningKeys {
  readonly signing: VerificationKey & { readonly privateKey: KeyObject };
  readonly verification: readonly VerificationKey[];
}

const pemBlock = /-----BEGIN (?<label>[A-Z ]+)-----[\s\S]+?-----END \k<label>-----/g;
/** Keys in use at once during a rotation: the new one and a few that still verify. */
const maxVerificationKeys = 8;

/**
 * Reads one or several PEM blocks (P-256, private, or public ones after the first). Line ends may be
 * written as `\n`, as environment files often have them.
 * @throws Error with a reason fit to be shown, which never contains the key.
 */
export function parseSigningKeys(pem: string): SigningKeys {
  const blocks = [...pem.replaceAll('\\n', '\n').matchAll(pemBlock)];
  const [first] = blocks;
  if (first === undefined) throw new Error('must hold at least one PEM block');
  if (blocks.length > maxVerificationKeys)
    throw new Error(`must hold at most ${maxVerificationKeys} PEM blocks`);
  if (first.groups?.label?.includes('PRIVATE KEY') !== true) throw new Error('must begin with a private key');
  const privateKey = parseKey(first[0], createPrivateKey);
  const verification = blocks.map(([block]) => verificationKey(parseKey(block, createPublicKey)));
  return { signing: { ...verificationKey(createPublicKey(privateKey)), privateKey }, verification };
}

/** The JSON Web Key Set that `GET /auth/jwks.json` answers with. */
export function jwksDocument(keys: readonly VerificationKey[]): { readonly keys: readonly JsonWebKey[] } {
  return {
    keys: keys.map(({ kid, publicKey }) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid,
      alg: 'ES256',
      use: 'sig',
    })),
  };
}

function parseKey(block: string, parse: (pem: string) => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = parse(block);
  } catch (cause) {
    throw new Error('holds a PEM block that is not a key', { cause });
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('must be a P-256 key (ES256)');
  return key;
}

function verificationKey(publicKey: KeyObject): VerificationKey {
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { kid, publicKey };
}
