import { createHash, randomUUID } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { organizationRoles } from '../events/organization-events.ts';
import type { OrganizationRole } from '../events/organization-events.ts';
import type { SigningKeys, VerificationKey } from './signing-keys.ts';

/** What a verified access token says. The role may be stale: rights are checked against state, not against this. */
export interface AccessClaims {
  readonly userId: string;
  readonly organizationId: string;
  readonly role: OrganizationRole;
  readonly sessionId: string;
  readonly expiresAt: Date;
}

export interface TokenAudience {
  readonly issuer: string;
  readonly audience: string;
}

/** Who issues our access tokens and whom they are for, in every service alike. */
export const accessTokenAudience: TokenAudience = { issuer: 'verbatim', audience: 'verbatim-api' };
export const accessTokenLifetimeSeconds = 15 * 60;

export interface TokenSigner {
  sign(claims: Omit<AccessClaims, 'expiresAt'>): string;
}

export interface TokenVerifier {
  /** The claims, or undefined for anything but a token of ours that is valid now. Never throws. */
  verify(token: string): AccessClaims | undefined;
}

const algorithm = 'ES256';
const tokenType = 'at+jwt';
const clockToleranceSeconds = 30;
const maxTokenChars = 4096;
/** Verifying costs about 100 µs; what was verified is remembered until it expires. */
const maxRememberedTokens = 20_000;
/** A year 9999, so that a number such as 1e20 is no date. */
const maxNumericDate = 253_402_300_799;

const numericDate = z.int().min(0).max(maxNumericDate);
const headerSchema = z.strictObject({
  alg: z.literal(algorithm),
  typ: z.literal(tokenType),
  kid: z.string(),
});
const payloadSchema = z.object({
  sub: z.uuid(),
  org: z.uuid(),
  sid: z.uuid(),
  jti: z.uuid(),
  role: z.enum(organizationRoles),
  iat: numericDate,
  exp: numericDate,
});

export function createTokenSigner({ signing }: SigningKeys, audience = accessTokenAudience): TokenSigner {
  return {
    sign: ({ userId, organizationId, role, sessionId }) =>
      jsonwebtoken.sign({ org: organizationId, role, sid: sessionId }, signing.privateKey, {
        ...audience,
        algorithm,
        header: { alg: algorithm, typ: tokenType, kid: signing.kid },
        subject: userId,
        jwtid: randomUUID(),
        expiresIn: accessTokenLifetimeSeconds,
      }),
  };
}

/** Strict where the library is lenient: every claim is required and typed, every header but three is refused. */
export function createTokenVerifier(
  keys: readonly VerificationKey[],
  audience = accessTokenAudience,
  now: () => number = Date.now,
): TokenVerifier {
  const keysById = new Map(keys.map(({ kid, publicKey }) => [kid, publicKey]));
  const remembered = new LRUCache<string, AccessClaims>({ max: maxRememberedTokens });

  const verifyAnew = (token: string): AccessClaims | undefined => {
    const header = readHeader(token);
    const key = header && keysById.get(header.kid);
    if (key === undefined) return undefined;
    const nowSeconds = Math.floor(now() / 1000);
    const payload = payloadSchema.safeParse(verifySignature(token, key, audience, nowSeconds));
    if (!payload.success || payload.data.iat > nowSeconds + clockToleranceSeconds) return undefined;
    const { sub, org, sid, role, exp } = payload.data;
    return { userId: sub, organizationId: org, sessionId: sid, role, expiresAt: new Date(exp * 1000) };
  };

  return {
    verify: (token) => {
      if (token.length > maxTokenChars) return undefined;
      const digest = createHash('sha256').update(token).digest('base64');
      const known = remembered.get(digest);
      if (known !== undefined && known.expiresAt.getTime() > now()) return known;
      const claims = verifyAnew(token);
      if (claims === undefined) remembered.delete(digest);
      else remembered.set(digest, claims);
      return claims;
    },
  };
}

function readHeader(token: string): z.output<typeof headerSchema> | undefined {
  const [encoded = '', ...rest] = token.split('.');
  if (rest.length !== 2) return undefined;
  try {
    return headerSchema.safeParse(JSON.parse(Buffer.from(encoded, 'base64url').toString())).data;
  } catch {
    return undefined; // not JSON: not a token of ours
  }
}

function verifySignature(
  token: string,
  key: VerificationKey['publicKey'],
  { issuer, audience }: TokenAudience,
  clockTimestamp: number,
): unknown {
  try {
    return jsonwebtoken.verify(token, key, {
      algorithms: [algorithm],
      issuer,
      audience,
      clockTimestamp,
      clockTolerance: clockToleranceSeconds,
    });
  } catch {
    return undefined; // forged, expired or for somebody else: the caller learns no more than that
  }
}
