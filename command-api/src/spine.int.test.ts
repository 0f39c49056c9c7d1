import { randomUUID } from 'node:crypto';
import { Problem } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStores, startApi, type RunningApi } from './command-api-fixture.ts';
import { newEmail, password, problemIn, TestClient } from './http-client-fixture.ts';

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

describe('two people of a new organization', () => {
  it('talk', async () => {
    const ada = await anybody.signUp('Ada');
    const asAda = anybody.as(ada);
    const charles = await asAda.newPerson('Charles');
    const asCharles = anybody.as(charles);
    expect(charles.organization).toEqual(ada.organization);
    expect([ada.user.role, charles.user.role]).toEqual(['owner', 'member']);

    const room = await asAda.done('POST', '/chat/rooms', { kind: 'channel', name: 'general' });
    const messages = `/chat/rooms/${room.id}/messages`;
    expect((await asCharles.post(messages, { text: 'hello' })).status).toBe(403);
    await asCharles.done('POST', `/chat/rooms/${room.id}/join`);
    const sent = await asCharles.post(messages, { text: 'hello' });
    expect(sent).toMatchObject({ status: 201, body: { revision: 0 } });
    const id = (sent.body as { id: string }).id;
    await asCharles.done('PATCH', `/chat/messages/${id}`, { text: 'hello, Ada' });
    await asAda.done('PUT', `/chat/messages/${id}/reactions/${encodeURIComponent('👍')}`);
    await asAda.done('PUT', `/chat/messages/${id}/pin`);
    await asAda.done('POST', messages, { text: 'hello, Charles', replyTo: id });
    await asAda.done('PUT', `/chat/rooms/${room.id}/read`, { seq: 3 });
    await asCharles.done('DELETE', `/chat/messages/${id}`);
    expect(problemIn(await asCharles.patch(`/chat/messages/${id}`, { text: 'late' })).code).toBe(
      'message-deleted',
    );
  });

  it('log in again, refresh and log out', async () => {
    const email = newEmail();
    const body = { organizationName: 'O', displayName: 'Grace', email, password };
    expect((await anybody.post('/auth/sign-up', body)).status).toBe(201);
    expect(problemIn(await anybody.post('/auth/sign-up', { ...body, email: email.toUpperCase() })).code).toBe(
      'email-taken',
    );
    expect((await anybody.post('/auth/login', { email, password: 'wrong' })).status).toBe(401);
    const login = await anybody.post('/auth/login', { email: email.toUpperCase(), password });
    expect(login).toMatchObject({ status: 200, body: { user: { displayName: 'Grace', email } } });
    const session = login.body as { accessToken: string; refreshToken: string };
    const me = await anybody.as(session).get('/auth/me');
    expect(me).toMatchObject({ status: 200, body: { organization: { name: 'O' }, user: { email } } });
    const refreshed = await anybody.post('/auth/refresh', { refreshToken: session.refreshToken });
    expect(refreshed.status).toBe(200);
    expect((await anybody.as(session).post('/auth/logout')).status).toBe(200);
    expect((await anybody.as(session).get('/auth/me')).status).toBe(401);
  });
});

describe('a message sent again with its id', () => {
  it('is the same message', async () => {
    const asAda = anybody.as(await anybody.signUp());
    const room = await asAda.done('POST', '/chat/rooms', { kind: 'group', name: 'g' });
    const body = { id: randomUUID(), text: 'once' };
    const path = `/chat/rooms/${room.id}/messages`;
    const first = await asAda.post(path, body);
    expect(await asAda.post(path, body)).toMatchObject({ status: 201, body: first.body });
    expect(problemIn(await asAda.post(path, { ...body, text: 'twice' })).code).toBe('idempotency-key-reused');
  });
});

describe('a command that is given from within the process', () => {
  it('is the same command, with the same rights and answers', async () => {
    const ada = await anybody.signUp();
    const asAda = anybody.as(ada);
    const charles = await asAda.newPerson('Charles');
    const room = await asAda.done('POST', '/chat/rooms', { kind: 'group', name: 'g' });
    const given = (token: string, body: unknown) => ({
      token,
      ip: '203.0.113.9',
      userAgent: 'a browser',
      parameters: { roomId: room.id },
      body,
    });
    const body = { id: randomUUID(), text: 'once', replyTo: undefined };
    const first = await api.give('SendMessage', given(ada.accessToken, body));
    expect(await asAda.post(`/chat/rooms/${room.id}/messages`, body)).toMatchObject({ body: first });
    const refused = (token: string, wrong: unknown) =>
      api.give('SendMessage', given(token, wrong)).then(
        () => undefined,
        (error: unknown) => (error instanceof Problem ? error.code : error),
      );
    expect(await refused(charles.accessToken, { ...body, id: randomUUID() })).toBe('not-found');
    expect(await refused('x', body)).toBe('unauthenticated');
    expect(await refused(ada.accessToken, { ...body, text: '', more: 1 })).toBe('invalid');
    await expect(api.give('NoSuchThing', given(ada.accessToken, {}))).rejects.toThrow('NoSuchThing');
  });
});
