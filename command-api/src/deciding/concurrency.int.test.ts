import { randomUUID } from 'node:crypto';
import { streamOf, type SessionView } from '@verbatim/shared';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStores, startApi, type RunningApi } from '../command-api-fixture.ts';
import { TestClient, type Reply } from '../http-client-fixture.ts';

let stores: Awaited<ReturnType<typeof freshStores>>;
let apis: readonly RunningApi[];
let owner: SessionView;
let people: readonly SessionView[];

beforeAll(async () => {
  stores = await freshStores();
  apis = [await startApi(stores), await startApi(stores)];
  owner = await through(0).signUp();
  const inviting = through(0).as(owner);
  people = await Promise.all(['Ann', 'Ben', 'Cid', 'Dan'].map((name) => inviting.newPerson(name)));
});
afterAll(async () => {
  for (const api of apis) await api.stop();
  await stores.stop();
});

/** A client of one of the two processes. */
const through = (index: number): TestClient => new TestClient(apis[index % apis.length]?.origin ?? '');

const person = (index: number): SessionView => people[index % people.length] ?? owner;

async function eventsOf(stream: string) {
  const events: { type: string; data: unknown; revision: bigint }[] = [];
  for await (const event of apis[0]?.eventStore.readStream(stream) ?? []) events.push(event);
  return events;
}

const newRoom = (participantIds: readonly string[] = []) =>
  through(0).as(owner).done('POST', '/chat/rooms', { kind: 'channel', name: 'race', participantIds });

describe('ten equal commands at once, through two processes', () => {
  it('are one event and ten equal answers: sending', async () => {
    const { id: roomId } = await newRoom();
    const id = randomUUID();
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        through(index).as(owner).post(`/chat/rooms/${roomId}/messages`, { id, text: 'once' }),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await eventsOf(streamOf.message(id))).toHaveLength(1);
  });

  it.each([
    ['creating a room', 'POST', () => '/chat/rooms', { kind: 'group', name: 'g' }, 201],
    ['inviting', 'POST', () => '/auth/invitations', {}, 201],
    ['archiving', 'POST', (roomId: string) => `/chat/rooms/${roomId}/archive`, {}, 200],
    ['changing details', 'PATCH', (roomId: string) => `/chat/rooms/${roomId}`, { topic: 'new' }, 200],
  ] as const)('under one key are one: %s', async (_, method, path, body, status) => {
    const { id: roomId } = await newRoom();
    const headers = { 'idempotency-key': randomUUID() };
    const send = (index: number, sentBody: unknown = body): Promise<Reply> =>
      through(index).as(owner).request(method, path(roomId), { body: sentBody, headers });
    const replies = await Promise.all(Array.from({ length: 10 }, (_, index) => send(index)));
    expect(replies.map((reply) => reply.status)).toEqual(Array(10).fill(status));
    expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1);
    expect(await send(1)).toMatchObject({ status, body: replies[0]?.body });
  });

  it('with another body under the key are refused, also there', async () => {
    const { id: roomId } = await newRoom();
    const headers = { 'idempotency-key': randomUUID() };
    const replies = await Promise.all(
      ['one', 'other'].map((text, index) =>
        through(index)
          .as(owner)
          .request('POST', `/chat/rooms/${roomId}/messages`, { body: { text }, headers }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('of different people are different', async () => {
    const { id: roomId } = await newRoom(people.map(({ user }) => user.id));
    const headers = { 'idempotency-key': randomUUID() };
    const replies = await Promise.all(
      [0, 1].map((index) =>
        through(index)
          .as(person(index))
          .request('POST', `/chat/rooms/${roomId}/messages`, { body: { text: 'hi' }, headers }),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual([201, 201]);
  });
});

describe('an invitation that twenty people accept at once', () => {
  it('is one person’s', async () => {
    const { code } = await through(0).as(owner).invite();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        through(index).post('/auth/accept-invitation', {
          code,
          displayName: `P${index}`,
          email: `${randomUUID()}@example.org`,
          password: 'correct horse battery',
        }),
      ),
    );
    const statuses = replies.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array<number>(19).fill(409)]);
  });
});

describe('two owners who let each other go at once', () => {
  it('leave one', async () => {
    for (let round = 0; round < 3; round += 1) {
      const one = await through(0).signUp();
      const other = await through(0).as(one).newPerson('Other', 'owner');
      const path = `/chat/organizations/${one.organization.id}/users`;
      const change = round === 0 ? { active: false } : { role: 'member' };
      const replies = await Promise.all([
        through(0).as(one).patch(`${path}/${other.user.id}`, change),
        through(1).as(other).patch(`${path}/${one.user.id}`, change),
      ]);
      const [accepted, refused] = replies.map(({ status }) => status).sort();
      expect(accepted).toBe(200);
      expect([401, 403, 409]).toContain(refused);
      const changes = (await eventsOf(streamOf.organization(one.organization.id))).slice(-2);
      expect(changes.map(({ type }) => type)).toEqual([
        'UserJoined',
        round === 0 ? 'UserDeactivated' : 'OrganizationRoleChanged',
      ]);
    }
  });
});

const roles = ['admin', 'moderator', 'member'] as const;

const racing = process.env.VERBATIM_LONG ? 1_000 : 300;

describe(`${racing} racing joins, departures and changes of role`, () => {
  it('lose no update, and every event was allowed where it stands', async () => {
    const { id: roomId } = await newRoom();
    const path = `/chat/rooms/${roomId}`;
    const replies = await Promise.all(
      Array.from({ length: racing }, (_, index): Promise<Reply> => {
        const who = person(index >> 1);
        const client = through(index);
        if (index % 3 === 0) return client.as(who).post(`${path}/join`);
        if (index % 3 === 1) return client.as(who).post(`${path}/leave`);
        const role = roles[index % roles.length];
        return client.as(owner).patch(`${path}/participants/${who.user.id}`, { role });
      }),
    );
    const refusals = new Set(replies.filter(({ status }) => status >= 400).map(({ status }) => status));
    expect([...refusals].every((status) => status === 403 || status === 409)).toBe(true);

    const events = await eventsOf(streamOf.room(roomId));
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => BigInt(index)));
    const roleOf = new Map<string, string>();
    for (const { type, data } of events) {
      const { userId = '', role = '' } = data as { userId?: string; role?: string };
      if (type === 'ParticipantJoined') expect(roleOf.has(userId)).toBe(false);
      if (type === 'ParticipantLeft') expect(roleOf.has(userId)).toBe(true);
      if (type === 'ParticipantRoleChanged')
        expect([roleOf.has(userId), roleOf.get(userId) === role]).toEqual([true, false]);
      if (type === 'ParticipantLeft') roleOf.delete(userId);
      else if (role !== '') roleOf.set(userId, role);
    }
    const accepted = replies.filter(({ status }) => status === 200).length;
    expect(events.length - 2).toBeLessThanOrEqual(accepted);
  }, 90_000);
});

describe('any two commands at once', () => {
  /** A command on a room, as somebody gives it. */
  const command = fc.record({
    by: fc.integer({ min: 0, max: 2 }),
    about: fc.integer({ min: 0, max: 2 }),
    kind: fc.constantFrom('join', 'leave', 'remove', 'admin', 'member', 'archive'),
  });
  type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;
  const give = (index: number, roomId: string, { by, about, kind }: Command): Promise<Reply> => {
    const client = through(index).as(person(by));
    const path = `/chat/rooms/${roomId}`;
    const participant = `${path}/participants/${person(about).user.id}`;
    if (kind === 'remove') return client.delete(participant);
    if (kind === 'admin' || kind === 'member') return client.patch(participant, { role: kind });
    return client.post(`${path}/${kind}`);
  };
  const stateOf = async (roomId: string): Promise<unknown> => {
    const events = (await eventsOf(streamOf.room(roomId))).filter(({ type }) => type !== 'RoomCreated');
    const named = JSON.stringify(events.map(({ type, data }) => ({ type, data }))).replaceAll(roomId, 'room');
    return JSON.parse(named);
  };
  const begin = async (): Promise<string> => {
    const everybody = people.slice(0, 2).map(({ user }) => user.id);
    const { id } = await newRoom(everybody);
    for (const userId of everybody)
      await through(0).as(owner).done('PATCH', `/chat/rooms/${id}/participants/${userId}`, { role: 'admin' });
    await through(0).as(owner).done('POST', `/chat/rooms/${id}/leave`);
    return id;
  };

  it('end as one of them after the other', async () => {
    await fc.assert(
      fc.asyncProperty(command, command, async (one, other) => {
        const [raced, forth, back] = await Promise.all([begin(), begin(), begin()]);
        await Promise.all([give(0, raced, one), give(1, raced, other)]);
        await give(0, forth, one);
        await give(1, forth, other);
        await give(1, back, other);
        await give(0, back, one);
        expect([await stateOf(forth), await stateOf(back)]).toContainEqual(await stateOf(raced));
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});
