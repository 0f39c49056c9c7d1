import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger, newId, sessionView, streamOf, type SessionView } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStores, startApi, type RunningApi } from '../command-api-fixture.ts';
import { newEmail, password, problemIn, TestClient } from '../http-client-fixture.ts';
import { createPasswordHasher } from './password-hasher.ts';

let stores: Awaited<ReturnType<typeof freshStores>>;
let api: RunningApi;
let anybody: TestClient;

beforeAll(async () => {
  stores = await freshStores();
  api = await startApi(stores);
  anybody = new TestClient(api.origin);
});
afterAll(async () => {
  await api.stop();
  await stores.stop();
});

async function eventsOf(stream: string): Promise<{ type: string; data: unknown }[]> {
  const events: { type: string; data: unknown }[] = [];
  for await (const { type, data } of api.eventStore.readStream(stream)) events.push({ type, data });
  return events;
}

describe('a sign-up', () => {
  it('sent again under its key is the same account', async () => {
    const body = { organizationName: 'O', displayName: 'D', email: newEmail(), password };
    const headers = { 'idempotency-key': randomUUID() };
    const send = async () =>
      (await anybody.request('POST', '/auth/sign-up', { body, headers })).body as SessionView;
    const [first, again] = [await send(), await send()];
    expect([again.user, again.organization]).toEqual([first.user, first.organization]);
    expect(await eventsOf(streamOf.organization(first.organization.id))).toHaveLength(2);
  });

  it.each([{ displayName: 'Another' }, { organizationName: 'Another' }])(
    'under its key with another %j is refused',
    async (changed) => {
      const body = { organizationName: 'O', displayName: 'D', email: newEmail(), password };
      const headers = { 'idempotency-key': randomUUID() };
      const first = await anybody.request('POST', '/auth/sign-up', { body, headers });
      expect(first.status).toBe(201);

      const again = await anybody.request('POST', '/auth/sign-up', {
        body: { ...body, ...changed },
        headers,
      });

      expect(problemIn(again).code).toBe('idempotency-key-reused');
    },
  );

  it('of two people with one address at once is one account', async () => {
    const email = newEmail();
    const send = (displayName: string, secret: string) =>
      anybody.post('/auth/sign-up', { organizationName: displayName, displayName, email, password: secret });
    const replies = await Promise.all([send('One', password), send('Two', `${password}!`)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('that a crash cut off is finished by whoever asks again with the same password', async () => {
    const [email, userId, organizationId] = [newEmail(), newId(), newId()];
    const whole = await anybody.signUp();
    const { rows } = await api.database.raw<{ rows: { password_hash: string }[] }>(
      'SELECT password_hash FROM accounts.credential WHERE user_id = ?',
      [whole.user.id],
    );
    // What is left when the process dies right after the address was reserved.
    const body = { organizationName: 'Half', displayName: 'Half', email, password };
    await anybody.post('/auth/sign-up', { ...body, email: newEmail() });
    const probe = (await anybody.post('/auth/sign-up', body)).body as SessionView;
    await api.database.raw(
      'UPDATE accounts.email SET user_id = ?, organization_id = ?, confirmed_at = NULL WHERE user_id = ?',
      [userId, organizationId, probe.user.id],
    );
    await api.database.raw(
      'INSERT INTO accounts.credential (user_id, organization_id, password_hash) VALUES (?, ?, ?)',
      [userId, organizationId, rows[0]?.password_hash ?? ''],
    );
    await api.database.raw(
      'INSERT INTO accounts.registration (user_id, organization_id, organization_name) VALUES (?, ?, ?)',
      [userId, organizationId, 'Half'],
    );

    expect(
      problemIn(await anybody.post('/auth/sign-up', { ...body, password: 'another password' })).code,
    ).toBe('email-taken');
    const finished = await anybody.post('/auth/sign-up', body);
    expect(finished).toMatchObject({
      status: 201,
      body: { user: { id: userId }, organization: { id: organizationId } },
    });
    expect((await anybody.post('/auth/login', { email, password })).status).toBe(200);
  });
});

describe('an invitation', () => {
  it('is listed, opens once, and is nothing once it was revoked', async () => {
    const owner = anybody.as(await anybody.signUp());
    const email = newEmail();
    const invited = (await owner.post('/auth/invitations', { email, role: 'admin' })).body as {
      id: string;
      code: string;
      url: string;
    };
    expect(invited.url).toContain(`/invite#${invited.code}`);
    const list = await owner.get('/auth/invitations?limit=1');
    expect(list.body).toMatchObject({
      items: [{ id: invited.id, email, role: 'admin', status: 'open' }],
      nextCursor: null,
    });
    const body = { code: invited.code, displayName: 'N', email: newEmail(), password };
    expect(problemIn(await anybody.post('/auth/accept-invitation', body)).errors?.[0]?.path).toBe('email');
    await owner.done('DELETE', `/auth/invitations/${invited.id}`);
    expect((await anybody.post('/auth/accept-invitation', { ...body, email })).status).toBe(404);
    expect((await owner.get('/auth/invitations')).body).toMatchObject({
      items: [{ status: 'revoked', email: null }],
    });
  });

  it('accepted again under its key is the same person, and under another name is refused', async () => {
    const { code } = await anybody.as(await anybody.signUp()).invite();
    const body = { code, displayName: 'N', email: newEmail(), password };
    const headers = { 'idempotency-key': randomUUID() };
    const accept = (displayName: string) =>
      anybody.request('POST', '/auth/accept-invitation', { body: { ...body, displayName }, headers });
    const first = sessionView.parse((await accept('N')).body);

    expect(sessionView.parse((await accept('N')).body).user).toEqual(first.user);
    expect(problemIn(await accept('Another')).code).toBe('idempotency-key-reused');
  });

  it.each(['', 'x', 'A'.repeat(54), randomUUID()])('with a made-up code opens nothing: %j', async (code) => {
    const body = { code, displayName: 'N', email: newEmail(), password };
    expect([404, 422]).toContain((await anybody.post('/auth/accept-invitation', body)).status);
  });
});

describe('somebody who is let go', () => {
  it('hands the rooms that they ran to whoever has been there longest, and may come back', async () => {
    const owner = await anybody.signUp();
    const asOwner = anybody.as(owner);
    const [boss, elder, younger] = [
      await asOwner.newPerson('Boss'),
      await asOwner.newPerson('Elder'),
      await asOwner.newPerson('Younger'),
    ];
    const { id } = await anybody
      .as(boss)
      .done('POST', '/chat/rooms', { kind: 'group', participantIds: [elder.user.id, younger.user.id] });
    const path = `/chat/organizations/${owner.organization.id}/users/${boss.user.id}`;
    await asOwner.done('PATCH', path, { active: false });
    await expect
      .poll(async () => (await eventsOf(streamOf.room(id))).at(-1))
      .toMatchObject({ type: 'ParticipantRoleChanged', data: { userId: elder.user.id, role: 'admin' } });
    await expect
      .poll(
        async () => (await api.database.raw<{ rows: unknown[] }>('SELECT 1 FROM accounts.departure')).rows,
      )
      .toEqual([]);
    expect((await anybody.post('/auth/login', { email: boss.user.email, password })).status).toBe(401);
    await asOwner.done('PATCH', path, { active: true });
    expect((await anybody.post('/auth/login', { email: boss.user.email, password })).status).toBe(200);
  });
});

describe('passwords', () => {
  it('are argon2id of 19 MiB and two passes, and never the password', async () => {
    await anybody.signUp();
    const { rows } = await api.database.raw<{ rows: { password_hash: string }[] }>(
      'SELECT password_hash FROM accounts.credential',
    );
    for (const { password_hash: hash } of rows) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  const newPassword = 'a newer horse battery staple';

  it.each([0, 20, 40, 60, 80])(
    'once changed leave no session to whoever logged in with the old one %i ms later',
    async (laterMs) => {
      const session = await anybody.signUp();
      const change = anybody.as(session).post('/auth/password', { currentPassword: password, newPassword });
      await delay(laterMs);
      const login = await anybody.post('/auth/login', { email: session.user.email, password });
      expect((await change).status).toBe(200);
      expect([200, 401]).toContain(login.status);
      if (login.status !== 200) return;
      const intruder = anybody.as(sessionView.parse(login.body));
      await expect.poll(async () => (await intruder.get('/auth/me')).status).toBe(401);
    },
  );

  it('are changed by one of many who change them at once', async () => {
    const session = await anybody.signUp();
    const replies = await Promise.all(
      ['one', 'two', 'three', 'four'].map((which) =>
        anybody
          .as(session)
          .post('/auth/password', { currentPassword: password, newPassword: `${newPassword} ${which}` }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422]);
  });

  it('are changed once when that is asked for again', async () => {
    const session = await anybody.signUp();
    const body = { currentPassword: password, newPassword };
    const first = await anybody.as(session).post('/auth/password', body);
    const again = await anybody.as(session).post('/auth/password', body);
    expect([again.status, again.body]).toEqual([200, first.body]);
    const other = { currentPassword: password, newPassword: 'neither the old nor the new' };
    expect((await anybody.as(session).post('/auth/password', other)).status).toBe(422);
  });

  it('wait in a line that ends', async () => {
    const hasher = await createPasswordHasher();
    const jobs = await Promise.allSettled(Array.from({ length: 80 }, () => hasher.verify('x', undefined)));
    await hasher.stop();
    const refused = jobs.filter((job) => job.status === 'rejected');
    expect(refused.length).toBe(16);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'busy', status: 503 });
  });
});

/** Every address of 127.0.0.0/8 is this machine's, so people can come from many. */
function logInFrom(localAddress: string, origin: string, body: unknown): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(`${origin}/auth/login`, { method: 'POST', localAddress, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}

describe('guessing passwords', () => {
  it('from everywhere is slowed, and locks out nobody who comes from where they have been before', async () => {
    const limited = await startApi(stores, { hasRateLimits: true });
    try {
      const { email } = (await new TestClient(limited.origin).signUp()).user;
      const guesses = Array.from({ length: 24 }, (_, index) =>
        logInFrom(`127.0.1.${index + 1}`, limited.origin, { email, password: 'a guess' }),
      );
      const statuses = (await Promise.all(guesses)).sort();
      expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
      expect(statuses.at(-1)).toBe(429);
      // Every quarter of a minute one more may be tried: guesses take those first.
      await expect
        .poll(() => logInFrom('127.0.1.199', limited.origin, { email, password: 'a guess' }))
        .toBe(429);
      const right = { email, password };
      expect(await logInFrom('127.0.1.200', limited.origin, right)).toBe(429);
      expect(await logInFrom('127.0.0.1', limited.origin, right)).toBe(200);
    } finally {
      await limited.stop();
    }
  });

  it('is slowed and recorded, and does not lock out whoever has been there before', async () => {
    const limited = await startApi(stores, { hasRateLimits: true });
    try {
      const client = new TestClient(limited.origin);
      const victim = await anybody.signUp();
      const { email } = victim.user;
      const attempts: number[] = [];
      for (let count = 0; count < 14; count += 1)
        attempts.push((await client.post('/auth/login', { email, password: `guess ${count}` })).status);
      expect(attempts.slice(0, 10)).toEqual(Array(10).fill(401));
      expect(attempts.slice(10)).toContain(429);
      const unknown: number[] = [];
      const nobody = newEmail();
      for (let count = 0; count < 14; count += 1)
        unknown.push(
          (await client.post('/auth/login', { email: nobody, password: `guess ${count}` })).status,
        );
      expect(unknown.filter((status) => status === 429).length).toBeGreaterThan(0);
      // Within the minute there is one event, whatever the number of attempts.
      await expect
        .poll(() => eventsOf(streamOf.audit(victim.organization.id)))
        .toMatchObject([{ type: 'LoginFailed', data: { userId: victim.user.id, count: 1 } }]);
    } finally {
      await limited.stop();
    }
  });
});

describe('logs', () => {
  it('hold no password, token, address or word', async () => {
    const lines: string[] = [];
    const logger = createLogger({
      name: 'test',
      level: 'trace',
      destination: { write: (line) => lines.push(line) },
    });
    const logging = await startApi(stores, { logger });
    const client = new TestClient(logging.origin);
    const session = await client.signUp('Somebody Special');
    await client.post('/auth/login', { email: session.user.email, password: 'a wrong password' });
    await logging.stop();
    const secrets = [
      password,
      'a wrong password',
      session.user.email,
      session.accessToken,
      session.refreshToken ?? '-',
      'Somebody Special',
    ];
    expect(lines.filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
  });
});
