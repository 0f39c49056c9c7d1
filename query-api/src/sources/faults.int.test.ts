import pg from 'pg';
import { problemSchema } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person, send, type Answer } from '../testing/person.ts';
import { startSystem, type System } from '../testing/system.ts';

let system: System;
let ada: Person;
let roomId: string;

beforeAll(async () => {
  system = await startSystem();
  ada = await Person.signUp(system, 'Ada');
  roomId = await ada.command('POST', '/chat/rooms', { kind: 'channel', name: 'faults' });
  await ada.say(roomId, 'hello');
});
afterAll(() => system.stop());

const messages = (headers?: Readonly<Record<string, string>>) =>
  ada.ask(`/chat/rooms/${roomId}/messages`, headers);
const people = () => ada.ask(`/chat/organizations/${ada.organizationId}/users`);
const refusalOf = ({ status, headers, body }: Answer) => [
  status,
  problemSchema.parse(body).code,
  headers.get('retry-after'),
];

describe('while a table is locked', () => {
  it('only what reads it is refused, in time, and afterwards nothing is', { timeout: 120_000 }, async () => {
    expect((await messages()).status).toBe(200); // all is projected: the projectors need not wait for the lock too
    const locker = new pg.Client({ connectionString: system.databaseUrl });
    await locker.connect();
    try {
      await locker.query('BEGIN; LOCK TABLE chat.message');
      const stuck = Array.from({ length: 40 }, () => messages());
      const startedAt = performance.now();
      const answers = await Promise.all(Array.from({ length: 20 }, () => people()));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      for (const answer of await Promise.all(stuck))
        expect(refusalOf(answer)).toEqual([503, 'unavailable', '1']);
      expect(performance.now() - startedAt).toBeLessThan(40_000);
    } finally {
      await locker.end();
    }
    expect((await messages()).status).toBe(200);
  });
});

describe('while nothing is projected', () => {
  it('a caller who has seen more is told to come back, and gets it once it is there', async () => {
    system.pauseProjections();
    await ada.say(roomId, 'meanwhile');
    const startedAt = performance.now();
    expect(refusalOf(await messages())).toEqual([503, 'projection-lag', '1']);
    expect(performance.now() - startedAt).toBeGreaterThan(4_500);
    expect((await messages({ 'x-min-position': '0' })).status).toBe(200);

    const waiting = messages();
    system.resumeProjections();
    const answer = await waiting;
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body)).toContain('meanwhile');
  });

  it.each(['', '-1', 'x', '1, 2', '99999999999999999999'])('a position %j is malformed', async (position) => {
    expect(refusalOf(await messages({ 'x-min-position': position }))).toEqual([400, 'malformed', null]);
  });
});

describe('a token', () => {
  it.each([undefined, '', 'x', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.'])('%j is none of ours', async (token) => {
    const answer = await send(system.queryOrigin, 'GET', '/chat/rooms', token === undefined ? {} : { token });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});

describe('when connections are cut', () => {
  it('the next question gets a new one', async () => {
    const admin = new pg.Client({ connectionString: system.databaseUrl });
    await admin.connect();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'verbatim query-api%'`,
    );
    await admin.end();
    const { status } = await messages();
    expect([200, 503]).toContain(status);
    expect((await messages()).status).toBe(200);
  });
});
