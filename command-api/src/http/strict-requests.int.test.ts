import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStores, startApi, type RunningApi } from '../command-api-fixture.ts';
import { newEmail, password, problemIn, TestClient } from '../http-client-fixture.ts';

let stores: Awaited<ReturnType<typeof freshStores>>;
let api: RunningApi;
let anybody: TestClient;
let ada: TestClient;
let roomId: string;

beforeAll(async () => {
  stores = await freshStores();
  api = await startApi(stores);
  anybody = new TestClient(api.origin);
  ada = anybody.as(await anybody.signUp());
  roomId = (await ada.done('POST', '/chat/rooms', { kind: 'channel', name: 'general' })).id;
});
afterAll(async () => {
  await api.stop();
  await stores.stop();
});

const messagesBefore = async (): Promise<number> => {
  let count = 0;
  for await (const _ of api.eventStore.readAll({ streamPrefixes: ['message-'] })) count += 1;
  return count;
};

describe('a request with bad fields', () => {
  it.each([
    ['nothing', {}, ['text']],
    ['an empty text', { text: '' }, ['text']],
    ['20,000 characters', { text: 'x'.repeat(20_000) }, ['text']],
    ['NUL', { text: 'a\0b' }, ['text']],
    ['a lone surrogate', { text: 'a\ud800b' }, ['text']],
    ['a wrong type', { text: ['a'] }, ['text']],
    ['unknown keys', { text: 'a', role: 'owner', createdAt: 'now' }, ['role', 'createdAt']],
    ['prototype keys', { text: 'a', constructor: {}, prototype: {} }, ['constructor', 'prototype']],
    ['several', { text: '', id: 'x', replyTo: 7 }, ['id', 'text', 'replyTo']],
    ['an id of version 5', { text: 'a', id: '886313e1-3b8a-5372-9b90-0c9aee199e5d' }, ['id']],
  ])('is told all of them and stores nothing: %s', async (_, body, paths) => {
    const before = await messagesBefore();
    const problem = problemIn(await ada.post(`/chat/rooms/${roomId}/messages`, body));
    expect(problem).toMatchObject({ status: 422, code: 'invalid' });
    expect(new Set(problem.errors?.map(({ path }) => path))).toEqual(new Set(paths));
    expect(await messagesBefore()).toBe(before);
  });

  it.each([
    ['is unknown', { kind: 'disco', name: 5, visibility: 3, z: 1 }, ['kind', 'name', 'visibility', 'z']],
    ['is missing', { name: 5 }, ['kind', 'name']],
  ])('is told all of them though the kind %s', async (_, body, paths) => {
    const problem = problemIn(await ada.post('/chat/rooms', body));
    expect(problem).toMatchObject({ status: 422, code: 'invalid' });
    expect(problem.errors?.map(({ path }) => path).sort()).toEqual(paths);
  });

  it('names bad parts of address, header and body together', async () => {
    const reply = await ada.request('POST', '/chat/rooms/not-an-id/messages', {
      body: {},
      headers: { 'idempotency-key': 'not-one' },
    });
    expect(problemIn(reply).errors?.map(({ path }) => path)).toEqual(['roomId', 'text', 'Idempotency-Key']);
  });

  it('cannot reach a prototype', async () => {
    const response = await fetch(`${api.origin}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"email":"a@b","password":"x","__proto__":{"role":"owner"}}',
    });
    expect(response.status).toBe(422);
  });

  it.each([
    ['a short password', { password: 'short' }, 'password'],
    ['a long password', { password: 'x'.repeat(10_000) }, 'password'],
    ['no address', { email: 'nobody' }, 'email'],
    ['a blank name', { displayName: '  ' }, 'displayName'],
  ])('makes no account: %s', async (_, change, path) => {
    const body = { organizationName: 'O', displayName: 'D', email: newEmail(), password, ...change };
    expect(problemIn(await anybody.post('/auth/sign-up', body)).errors?.map((error) => error.path)).toEqual([
      path,
    ]);
  });
});

describe('an id in use elsewhere', () => {
  it('is taken, and nothing more is told', async () => {
    const stranger = anybody.as(await anybody.signUp('Eve', 'Elsewhere'));
    const mine = (await stranger.done('POST', '/chat/rooms', { kind: 'group' })).id;
    const id = (await ada.done('POST', `/chat/rooms/${roomId}/messages`, { text: 'here first' })).id;
    const message = await stranger.post(`/chat/rooms/${mine}/messages`, { id, text: 'here first' });
    const room = await stranger.post('/chat/rooms', { id: roomId, kind: 'group' });
    expect([problemIn(message).code, problemIn(room).code]).toEqual(['id-taken', 'id-taken']);
  });
});

describe('cookies', () => {
  const cookieOf = (headers: Headers): string => headers.get('set-cookie')?.split(';')[0] ?? '';

  it('carry the refresh token where the web client asks for it', async () => {
    const body = { organizationName: 'O', displayName: 'D', email: newEmail(), password, cookie: true };
    const signedUp = await anybody.post('/auth/sign-up', body);
    expect(signedUp.body).not.toHaveProperty('refreshToken');
    expect(signedUp.headers.get('set-cookie')).toMatch(
      /; Path=\/auth; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
    );
    const cookie = cookieOf(signedUp.headers);
    const foreign = await anybody.request('POST', '/auth/refresh', {
      body: {},
      headers: { cookie, origin: 'https://evil.example' },
    });
    expect(problemIn(foreign).code).toBe('foreign-origin');
    const refreshed = await anybody.request('POST', '/auth/refresh', { body: {}, headers: { cookie } });
    expect(refreshed.status).toBe(200);
    expect(cookieOf(refreshed.headers)).not.toBe(cookie);
    expect((await anybody.request('POST', '/auth/refresh', { body: {}, headers: { cookie } })).status).toBe(
      401,
    );
  });

  it('are not missed by a visitor', async () => {
    expect((await anybody.post('/auth/refresh')).status).toBe(204);
  });

  it('cannot be used by a form of another page', async () => {
    const response = await fetch(`${api.origin}/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(response.status).toBe(415);
  });
});
