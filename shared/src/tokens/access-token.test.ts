import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  accessTokenAudience,
  accessTokenLifetimeSeconds,
  createTokenSigner,
  createTokenVerifier,
} from './access-token.ts';
import { jwksDocument, parseSigningKeys } from './signing-keys.ts';

const newPem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

const keys = parseSigningKeys(newPem());
const verifier = createTokenVerifier(keys.verification);
const claims = {
  userId: randomUUID(),
  organizationId: randomUUID(),
  sessionId: randomUUID(),
  role: 'member',
} as const;

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const goodHeader = { alg: 'ES256', typ: 'at+jwt', kid: keys.signing.kid };
const goodPayload = () => ({
  iss: accessTokenAudience.issuer,
  aud: accessTokenAudience.audience,
  sub: claims.userId,
  org: claims.organizationId,
  sid: claims.sessionId,
  jti: randomUUID(),
  role: 'member',
  iat: nowSeconds(),
  exp: nowSeconds() + 600,
});
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that carries our own good signature over whatever it says. */
function signed(payload: unknown, header: unknown = goodHeader): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const signature = sign('sha256', Buffer.from(input), {
    key: keys.signing.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

describe('an access token', () => {
  it('is verified with what it was signed with', () => {
    const verified = verifier.verify(createTokenSigner(keys).sign(claims));
    expect(verified).toMatchObject(claims);
    const lifetime = (verified?.expiresAt.getTime() ?? 0) - Date.now();
    expect(Math.round(lifetime / 1000)).toBeCloseTo(accessTokenLifetimeSeconds, -1);
  });

  it('forged by hand passes when nothing is wrong with it, so that the refusals below mean something', () => {
    expect(verifier.verify(signed(goodPayload()))).toMatchObject(claims);
  });

  it.each(['none', 'None', 'NONE'])('without a signature (alg %s) is refused', (alg) => {
    expect(verifier.verify(`${encode({ ...goodHeader, alg })}.${encode(goodPayload())}.`)).toBeUndefined();
  });

  it('with an empty signature is refused', () => {
    expect(verifier.verify(`${encode(goodHeader)}.${encode(goodPayload())}.`)).toBeUndefined();
  });

  it.each(['HS256', 'HS512'])('signed with the public key as a secret (%s) is refused', (alg) => {
    const secret = keys.signing.publicKey.export({ type: 'spki', format: 'pem' });
    const input = `${encode({ ...goodHeader, alg })}.${encode(goodPayload())}`;
    const signature = createHmac(`sha${alg.slice(2)}`, secret)
      .update(input)
      .digest('base64url');
    expect(verifier.verify(`${input}.${signature}`)).toBeUndefined();
  });

  it.each(['../../dev/null', "' or 1=1 --", 'https://evil.example/jwks', 'x'.repeat(10_000), '__proto__'])(
    'whose kid is %.40j is refused',
    (kid) => {
      expect(verifier.verify(signed(goodPayload(), { ...goodHeader, kid }))).toBeUndefined();
    },
  );

  it.each(['jku', 'x5u', 'jwk', 'crit'])('with a %s header is refused', (name) => {
    expect(verifier.verify(signed(goodPayload(), { ...goodHeader, [name]: ['x'] }))).toBeUndefined();
  });

  it.each(['exp', 'iat', 'sub', 'org', 'sid', 'jti', 'role', 'iss', 'aud'])(
    'without %s is refused',
    (claim) => {
      expect(verifier.verify(signed({ ...goodPayload(), [claim]: undefined }))).toBeUndefined();
    },
  );

  it.each([
    ['expired', { exp: nowSeconds() - 61 }],
    ['not valid yet', { nbf: nowSeconds() + 61 }],
    ['issued in the future', { iat: nowSeconds() + 61 }],
    ['with a text for its expiry', { exp: String(nowSeconds() + 600) }],
    ['with a fraction for its expiry', { exp: nowSeconds() + 600.5 }],
    ['that expires in the year 10^20', { exp: 1e20 }],
    ['of another issuer', { iss: 'someone' }],
    ['for another audience', { aud: 'verbatim-refresh' }],
    ['with an unknown role', { role: 'root' }],
    ['with an array for its subject', { sub: [claims.userId] }],
  ])('%s is refused', (_, change) => {
    expect(verifier.verify(signed({ ...goodPayload(), ...change }))).toBeUndefined();
  });

  it.each(['refresh', 'ws-ticket', 'JWT', undefined])('of the type %j is refused', (typ) => {
    expect(verifier.verify(signed(goodPayload(), { ...goodHeader, typ }))).toBeUndefined();
  });

  it.each([['a text'], [['an', 'array']], [null], [7]])('whose payload is %j is refused', (payload) => {
    expect(verifier.verify(signed(payload))).toBeUndefined();
  });

  it.each(['', '.', '..', '...', 'a.b.c', '{}', 'x'.repeat(100_000)])('that is %.20j is refused', (text) => {
    expect(verifier.verify(text)).toBeUndefined();
  });

  it('with a changed payload is refused', () => {
    const [header, , signature] = signed(goodPayload()).split('.');
    const changed = encode({ ...goodPayload(), role: 'owner' });
    expect(verifier.verify(`${header}.${changed}.${signature}`)).toBeUndefined();
  });

  it('is refused once it has expired, though it was verified before', () => {
    let time = Date.now();
    const aging = createTokenVerifier(keys.verification, accessTokenAudience, () => time);
    const token = createTokenSigner(keys).sign(claims);
    expect(aging.verify(token)).toBeDefined();
    time += (accessTokenLifetimeSeconds + 61) * 1000;
    expect(aging.verify(token)).toBeUndefined();
  });

  it('outlives the rotation of its key while the old key still verifies', () => {
    const oldPem = newPem();
    const token = createTokenSigner(parseSigningKeys(oldPem)).sign(claims);
    const rotated = parseSigningKeys(newPem() + oldPem);
    expect(createTokenVerifier(rotated.verification).verify(token)).toMatchObject(claims);
    expect(verifier.verify(token)).toBeUndefined();
  });
});

describe('the key set', () => {
  it('shows public halves only', () => {
    const { keys: shown } = jwksDocument(keys.verification);
    expect(shown).toEqual([
      expect.objectContaining({ kid: keys.signing.kid, alg: 'ES256', use: 'sig', crv: 'P-256' }),
    ]);
    expect(shown[0]).not.toHaveProperty('d');
  });
});
