import {
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto';
import { jwksDocument, parseSigningKeys, type SessionView } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStores, startApi, type RunningApi } from '../command-api-fixture.ts';
import { password, TestClient } from '../http-client-fixture.ts';

let stores: Awaited<ReturnType<typeof freshStores>>;
let api: RunningApi;
let anybody: TestClient;
let session: SessionView;
let header: Record<string, unknown>;
let payload: Record<string, unknown>;
let key: KeyObject;

beforeAll(async () => {
  stores = await freshStores();
  api = await startApi(stores);
  anybody = new TestClient(api.origin);
  session = await anybody.signUp();
  const [encodedHeader = '', encodedPayload = ''] = session.accessToken.split('.');
  header = decode(encodedHeader);
  payload = decode(encodedPayload);
  key = createPrivateKey(stores.signingKeyPem);
});
afterAll(async () => {
  await api.stop();
  await stores.stop();
});

const decode = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const es256 = (text: string, by: KeyObject = key): string =>
  sign('sha256', Buffer.from(text), { key: by, dsaEncoding: 'ieee-p1363' }).toString('base64url');

function signed(changedHeader: object, changedPayload: unknown, by: KeyObject = key): string {
  const text = `${encode({ ...header, ...changedHeader })}.${encode(changedPayload)}`;
  return `${text}.${es256(text, by)}`;
}

async function statusOf(token: string): Promise<number> {
  return (await anybody.request('GET', '/auth/me', { token })).status;
}

describe('a token of ours', () => {
  it('is taken, made anew by the same key too', async () => {
    expect(await statusOf(session.accessToken)).toBe(200);
    expect(await statusOf(signed({}, payload))).toBe(200);
  });
});

describe('a forged token is refused', () => {
  it.each(['none', 'None', 'nOnE'])('without a signature, as %s (S1)', async (alg) => {
    const text = `${encode({ ...header, alg })}.${encode(payload)}`;
    expect(await statusOf(`${text}.`)).toBe(401);
    expect(await statusOf(text)).toBe(401);
    const [, , signature = ''] = session.accessToken.split('.');
    expect(await statusOf(`${text}.${signature}`)).toBe(401);
  });

  it('with the public key as a secret (S2)', async () => {
    const [publicKey] = parseSigningKeys(stores.signingKeyPem).verification;
    const secret = publicKey?.publicKey.export({ type: 'spki', format: 'pem' }) ?? '';
    for (const [alg, hash] of [
      ['HS256', 'sha256'],
      ['HS512', 'sha512'],
    ] as const) {
      const text = `${encode({ ...header, alg })}.${encode(payload)}`;
      expect(await statusOf(`${text}.${createHmac(hash, secret).update(text).digest('base64url')}`)).toBe(
        401,
      );
    }
  });

  it.each([
    ['a path', { kid: '../../dev/null' }],
    ['SQL', { kid: "x' OR '1'='1" }],
    ['an address', { kid: 'https://evil.example/key' }],
    ['10 kB', { kid: 'k'.repeat(10_000) }],
    ['a key of its own', { jwk: { kty: 'EC' } }],
    ['a key set', { jku: 'https://evil.example/jwks.json' }],
    ['a certificate', { x5u: 'https://evil.example/cert' }],
    ['an unknown critical header', { crit: ['exp'] }],
    ['another type', { typ: 'JWT' }],
  ])('with %s in its header (S3, S7)', async (_, changed) => {
    const status = await statusOf(signed(changed, payload)).catch(() => 431);
    expect([401, 431]).toContain(status);
  });

  it('by somebody else’s key (S3)', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await statusOf(signed({}, payload, privateKey))).toBe(401);
  });

  it.each(['exp', 'iat', 'sub', 'org', 'sid', 'jti', 'role', 'iss', 'aud'])(
    'without %s (S4)',
    async (claim) => {
      const { [claim]: _, ...rest } = payload;
      expect(await statusOf(signed({}, rest))).toBe(401);
    },
  );

  it.each([
    ['expired', { exp: 1 }],
    ['not yet valid', { nbf: 9_999_999_999 }],
    ['from the future', { iat: 9_999_999_999 }],
    ['with a text as date', { exp: '9999999999' }],
    ['with a fraction as date', { exp: 9_999_999_999.5 }],
    ['valid for ever', { exp: 1e20 }],
    ['of another issuer', { iss: 'evil' }],
    ['for another audience', { aud: 'other' }],
    ['of an unknown role', { role: 'root' }],
    ['of a session that never was', { sid: randomUUID() }],
    ['of a person who never was', { sub: randomUUID() }],
    ['of another organization', { org: randomUUID() }],
  ])('%s (S5, S6, S16)', async (_, changed) => {
    expect(await statusOf(signed({}, { ...payload, ...changed }))).toBe(401);
  });

  it.each([['a string'], [['an', 'array']]])('whose payload is %j (S7)', async (changed) => {
    expect(await statusOf(signed({}, changed))).toBe(401);
  });

  it('where a refresh token stands for it (S6)', async () => {
    expect(await statusOf(session.refreshToken ?? '')).toBe(401);
  });
});

describe('the keys', () => {
  it('are published, and a new one does not end sessions', async () => {
    const published = await anybody.get('/auth/jwks.json');
    expect(published.body).toEqual(
      JSON.parse(JSON.stringify(jwksDocument(parseSigningKeys(stores.signingKeyPem).verification))),
    );
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const newer = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const rotated = await startApi({ ...stores, signingKeyPem: newer + stores.signingKeyPem });
    try {
      const there = new TestClient(rotated.origin, session.accessToken);
      expect((await there.get('/auth/me')).status).toBe(200);
    } finally {
      await rotated.stop();
    }
  });

  it.each(['', 'secret', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'])(
    'that are weak are refused at the start (S8): %j',
    (pem) => expect(() => parseSigningKeys(pem)).toThrow(),
  );
});

describe('a session that ended', () => {
  it('ends its tokens at once, by log-out, password and departure (S9)', async () => {
    const owner = anybody.as(await anybody.signUp());
    const leaver = await owner.newPerson('Leaver');
    expect((await anybody.as(leaver).post('/auth/logout')).status).toBe(200);
    expect(await statusOf(leaver.accessToken)).toBe(401);

    const careful = await owner.newPerson('Careful');
    const credentials = { email: careful.user.email, password };
    const elsewhere = (await anybody.post('/auth/login', credentials)).body as SessionView;
    const change = { currentPassword: password, newPassword: `${password}, changed` };
    expect((await anybody.as(careful).post('/auth/password', change)).status).toBe(200);
    expect(await statusOf(elsewhere.accessToken)).toBe(401);
    const { refreshToken } = elsewhere;
    expect((await anybody.post('/auth/refresh', { refreshToken })).status).toBe(401);
    expect(await statusOf(careful.accessToken)).toBe(200);
    expect((await anybody.post('/auth/login', credentials)).status).toBe(401);

    const gone = await owner.newPerson('Gone');
    const path = `/chat/organizations/${gone.organization.id}/users/${gone.user.id}`;
    expect((await owner.patch(path, { active: false })).status).toBe(200);
    expect(await statusOf(gone.accessToken)).toBe(401);
    const { rows } = await api.database.raw<{ rows: unknown[] }>(
      'SELECT 1 FROM accounts.session WHERE user_id = ? AND ended_at IS NULL',
      [gone.user.id],
    );
    expect(rows).toEqual([]);
  });

  it('ends when an old refresh token comes back, and lets one of two win (S10, S11)', async () => {
    const stolen = await anybody.signUp();
    const both = await Promise.all(
      [1, 2].map(() => anybody.post('/auth/refresh', { refreshToken: stolen.refreshToken })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(await statusOf(stolen.accessToken)).toBe(401);
  });

  it('a role that was taken back is gone at the next command (S12)', async () => {
    const owner = anybody.as(await anybody.signUp());
    const admin = await owner.newPerson('Admin', 'admin');
    expect((await anybody.as(admin).post('/auth/invitations')).status).toBe(201);
    await owner.done('PATCH', `/chat/organizations/${admin.organization.id}/users/${admin.user.id}`, {
      role: 'member',
    });
    expect((await anybody.as(admin).post('/auth/invitations')).status).toBe(403);
  });
});
