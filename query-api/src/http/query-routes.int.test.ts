import { directoryEntryView, newId, pageOf, problemSchema } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryRoutes } from '../query-routes.ts';
import { Person, send } from '../testing/person.ts';
import { startSystem, type System } from '../testing/system.ts';
import { accessTable, type Standing } from './access.ts';

interface Place {
  readonly roomId: string;
  readonly messageId: string;
}

let system: System;
let owner: Person;
let people: Record<Exclude<Standing, 'no-token'>, Person>;
let places: Record<'inPublic' | 'inPrivate', Place>;

beforeAll(async () => {
  system = await startSystem();
  owner = await Person.signUp(system, 'Olga');
  const member = await owner.invite('Max');
  people = {
    owner,
    member,
    'other-organization': await Person.signUp(system, 'Otto'),
    'not-in-room': await owner.invite('Nina'),
    'organization-admin': await owner.invite('Anna', 'admin'),
    compliance: await owner.invite('Cora', 'compliance'),
    'ended-session': await owner.invite('Emil'),
  };
  await send(system.commandOrigin, 'POST', '/auth/logout', { token: people['ended-session'].token });
  const place = async (visibility: string): Promise<Place> => {
    const roomId = await member.command('POST', '/chat/rooms', { kind: 'channel', visibility, name: 'x' });
    return { roomId, messageId: await member.say(roomId, 'secret') };
  };
  places = { inPublic: await place('public'), inPrivate: await place('private') };
});
afterAll(() => system.stop());

const addressOf = (path: string, { roomId, messageId }: Place): string =>
  path
    .replace('{roomId}', roomId)
    .replace('{messageId}', messageId)
    .replace('{organizationId}', owner.organizationId)
    .replace('/chat/search', '/chat/search?q=secret');
const nowhere = (): Place => ({ roomId: newId(), messageId: newId() });
const without = (body: unknown) => ({ ...problemSchema.parse(body), requestId: undefined });

const standings = Object.keys(accessTable.people.inPublic) as Standing[];
const cases = queryRoutes.flatMap(({ path, access }) =>
  (['inPublic', 'inPrivate'] as const).flatMap((where) =>
    standings.map((standing) => ({ path, where, standing, verdict: accessTable[access][where][standing] })),
  ),
);

describe('every query, asked by everybody', () => {
  it.each(cases)('GET $path $where as $standing: $verdict', async ({ path, where, standing, verdict }) => {
    const address = addressOf(path, places[where]);
    const answer =
      standing === 'no-token'
        ? await send(system.queryOrigin, 'GET', address)
        : await people[standing].ask(address);
    expect(answer.status).toBe(verdict === 'yes' ? 200 : verdict);
    if (verdict !== 'yes') expect(JSON.stringify(answer.body)).not.toContain('secret');
    if (verdict !== 404 || standing === 'no-token') return;
    const nothing = await people[standing].ask(addressOf(path, nowhere()));
    expect(without(answer.body)).toEqual(without(nothing.body));
  });

  it.each(queryRoutes)('GET $path answers what it describes, and no more', async ({ path, answer }) => {
    const { body } = await people.member.ask(addressOf(path, places.inPrivate));
    expect(answer?.parse(body)).toEqual(body);
  });

  it.each(queryRoutes)('GET $path says that it must not be kept', async ({ path }) => {
    const { headers } = await people.member.ask(addressOf(path, places.inPrivate));
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('etag')).toBeNull();
  });
});

describe('what is asked wrongly', () => {
  const strange = [
    ['limit=-1', 400],
    ['limit=1e9', 400],
    ['limit=99999999999999999999', 400],
    ['limit=0', 400],
    ['limit=1&limit=2', 422],
    ['limit[]=1', 422],
    ['unknown=1', 422],
    ['__proto__=1', 422],
    ['constructor[prototype][x]=1', 422],
    ['cursor=%27;drop', 400],
    ['cursor=99999999999999999999', 400],
    ['cursor=1&cursor=2', 422],
  ] as const;
  const lists = queryRoutes.filter(({ query }) => query !== undefined && 'limit' in query.shape);

  it.each(lists.flatMap(({ path }) => strange.map(([query, status]) => ({ path, query, status }))))(
    'GET $path?$query is $status',
    async ({ path, query, status }) => {
      const address = addressOf(path, places.inPrivate);
      const answer = await people.member.ask(`${address}${address.includes('?') ? '&' : '?'}${query}`);
      expect(answer.status).toBe(status);
      problemSchema.parse(answer.body);
    },
  );

  it.each([
    ['before=-1', 400],
    ['before=99999999999999999999', 400],
    ['around=x', 400],
    ['after=1&before=9', 422],
    ['after=1&after=2', 422],
  ])('a stretch of messages by %s is %d', async (query, status) => {
    const { roomId } = places.inPrivate;
    expect((await people.member.ask(`/chat/rooms/${roomId}/messages?${query}`)).status).toBe(status);
  });

  it('as an id that is none is told which', async () => {
    const answer = await people.member.ask('/chat/rooms/not-an-id');
    expect(answer.status).toBe(422);
    expect(problemSchema.parse(answer.body).errors).toMatchObject([{ path: 'roomId' }]);
  });

  it('finds no route and falls through', async () => {
    expect((await people.member.ask('/chat/nothing')).status).toBe(404);
    const { roomId } = places.inPublic;
    expect((await send(system.queryOrigin, 'POST', `/chat/rooms/${roomId}`)).status).toBe(404);
  });
});

describe('rights', () => {
  it('end with the removal from a private room, in every answer', async () => {
    const { member, 'not-in-room': nina } = people;
    const { roomId, messageId } = places.inPrivate;
    await member.command('POST', `/chat/rooms/${roomId}/participants`, { userId: nina.userId });
    const paths = queryRoutes.filter(({ access }) => access === 'readers').map(({ path }) => path);
    const statuses = () =>
      Promise.all(paths.map(async (path) => (await nina.ask(addressOf(path, { roomId, messageId }))).status));
    expect(new Set(await statuses())).toEqual(new Set([200]));
    await member.command('DELETE', `/chat/rooms/${roomId}/participants/${nina.userId}`);
    expect(new Set(await statuses())).toEqual(new Set([404]));
  });

  it('of an owner and an admin include e-mail addresses, and nobody else sees any', async () => {
    const path = `/chat/organizations/${owner.organizationId}/users`;
    for (const [standing, seesAddresses] of [
      ['owner', true],
      ['organization-admin', true],
      ['member', false],
      ['compliance', false],
    ] as const) {
      const { body } = await people[standing].ask(path);
      expect(JSON.stringify(body).includes('@example.org')).toBe(seesAddresses);
      const { items } = pageOf(directoryEntryView.strict()).parse(body);
      expect(items.map(({ displayName }) => displayName)).toContain('Nina');
      expect(items.map(({ displayName }) => displayName)).not.toContain('Otto');
    }
  });

  it('follow the role that somebody has now, not the one in their token', async () => {
    const path = `/chat/organizations/${owner.organizationId}/users`;
    const { 'organization-admin': anna } = people;
    await owner.command('PATCH', `${path}/${anna.userId}`, { role: 'member' });
    expect(JSON.stringify((await anna.ask(path)).body)).not.toContain('@example.org');
  });

  it('end with the session, at once', async () => {
    const gone = await owner.invite('Gone');
    expect((await gone.ask('/chat/rooms')).status).toBe(200);
    const path = `/chat/organizations/${owner.organizationId}/users/${gone.userId}`;
    await owner.command('PATCH', path, { active: false });
    const answer = await send(system.queryOrigin, 'GET', '/chat/rooms', { token: gone.token });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});
