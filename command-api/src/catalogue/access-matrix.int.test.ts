import { randomUUID } from 'node:crypto';
import { sessionView, type SessionView } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStores, startApi, type RunningApi } from '../command-api-fixture.ts';
import { newEmail, password, TestClient, type Reply } from '../http-client-fixture.ts';
import { accessTable, type Standing, type Verdict } from '../http/access.ts';
import type { Route } from '../http/route.ts';
import { catalogue } from './catalogue.ts';

const standings: readonly Standing[] = [
  'no-token',
  'other-organization',
  'not-in-room',
  'member',
  'moderator',
  'room-admin',
  'organization-admin',
  'owner',
  'compliance',
  'deactivated',
];
/** Written into everything that the other organization owns, and looked for in every answer to strangers. */
const taint = 'TAINTED-BY-THE-OTHER';
const marked = 'MARKED-AS-OURS';

let stores: Awaited<ReturnType<typeof freshStores>>;
let api: RunningApi;
const people = new Map<Standing, SessionView>();
let other: SessionView;
/** A plain member of every room, to whom things are done. */
let bystander: SessionView;
/** What strangers may never see, and what was answered to them; and the other way round. */
const secretsOfOurs: string[] = [marked];
const answersToTheOther: string[] = [];
const secretsOfTheOther: string[] = [taint];
const answersToOurs: string[] = [];

const anybody = (): TestClient => new TestClient(api.origin);
const sessionOf = (standing: Standing): SessionView => {
  const session = people.get(standing);
  if (session === undefined) throw new Error(`nobody is ${standing}`);
  return session;
};
const as = (standing: Standing): TestClient =>
  standing === 'no-token' ? anybody() : anybody().as(sessionOf(standing));

beforeAll(async () => {
  stores = await freshStores();
  api = await startApi(stores);
  const owner = await anybody().signUp(`Owner ${marked}`, `Organization ${marked}`);
  people.set('owner', owner);
  const inviting = anybody().as(owner);
  for (const standing of ['not-in-room', 'member', 'moderator', 'room-admin', 'deactivated'] as const)
    people.set(standing, await inviting.newPerson(`${standing} ${marked}`));
  bystander = await inviting.newPerson(`Bystander ${marked}`);
  people.set('organization-admin', await inviting.newPerson(`Admin ${marked}`, 'admin'));
  people.set('compliance', await inviting.newPerson(`Auditor ${marked}`, 'compliance'));
  other = await anybody().signUp(`Stranger ${taint}`, `Elsewhere ${taint}`);
  people.set('other-organization', other);
  const gone = sessionOf('deactivated');
  await inviting.done('PATCH', `/chat/organizations/${owner.organization.id}/users/${gone.user.id}`, {
    active: false,
  });
  for (const session of people.values())
    if (session !== other) secretsOfOurs.push(session.user.id, session.user.email);
  secretsOfOurs.push(owner.organization.id, bystander.user.id);
  secretsOfTheOther.push(other.organization.id, other.user.id, other.user.email);
  const elsewhere = await anybody().as(other).done('POST', '/chat/rooms', { kind: 'channel', name: taint });
  await anybody().as(other).done('POST', `/chat/rooms/${elsewhere.id}/messages`, { text: taint });
  secretsOfTheOther.push(elsewhere.id);
}, 120_000);
afterAll(async () => {
  await api.stop();
  await stores.stop();
});

type Visibility = 'public' | 'private';
interface Place {
  readonly roomId: string;
  readonly messageId: string;
  readonly userId: string;
  readonly invitationId?: string;
  readonly holdId?: string;
}

/** A fresh room and what is in it, so that no request meets what another one left. */
async function newPlace(visibility: Visibility): Promise<Place> {
  const admin = as('room-admin');
  const [member, moderator] = [sessionOf('member').user.id, sessionOf('moderator').user.id];
  const body = {
    kind: 'channel',
    visibility,
    name: `room ${marked}`,
    participantIds: [member, moderator, bystander.user.id],
  };
  const { id: roomId } = await admin.done('POST', '/chat/rooms', body);
  await admin.done('PATCH', `/chat/rooms/${roomId}/participants/${moderator}`, { role: 'moderator' });
  const { id: messageId } = await as('member').done('POST', `/chat/rooms/${roomId}/messages`, {
    text: marked,
  });
  return { roomId, messageId, userId: bystander.user.id };
}

interface Example {
  /** Values of the path's parameters, beyond those of the place. */
  readonly parameters?: (place: Place) => Readonly<Record<string, string>>;
  readonly body?: (place: Place) => unknown;
}

const newAccount = () => ({ displayName: 'New', email: newEmail(), password });

/** One good request for every route; a route without one does not pass. */
const examples: Readonly<Record<string, Example>> = {
  SignUp: { body: () => ({ ...newAccount(), organizationName: 'New' }) },
  AcceptInvitation: { body: () => ({ ...newAccount(), code: 'x' }) },
  LogIn: { body: () => ({ email: newEmail(), password }) },
  RefreshSession: {},
  LogOut: {},
  LogOutEverywhere: {},
  ChangePassword: { body: () => ({ currentPassword: 'wrong', newPassword: password }) },
  GetMe: {},
  ChangeProfile: { body: () => ({ displayName: `Renamed ${randomUUID()}` }) },
  GetJwks: {},
  InviteUser: {},
  ListInvitations: {},
  RevokeInvitation: {},
  ChangeUser: {
    parameters: () => ({ organizationId: sessionOf('owner').organization.id }),
    body: () => ({ role: 'member' }),
  },
  CreateRoom: { body: () => ({ kind: 'group', name: 'new' }) },
  ChangeRoomDetails: { body: () => ({ topic: randomUUID() }) },
  ArchiveRoom: {},
  UnarchiveRoom: {},
  JoinRoom: {},
  LeaveRoom: {},
  AddParticipant: { body: () => ({ userId: sessionOf('organization-admin').user.id }) },
  ChangeParticipantRole: { body: () => ({ role: 'member' }) },
  RemoveParticipant: {},
  SendMessage: { body: () => ({ text: 'hello' }) },
  EditMessage: { body: () => ({ text: randomUUID() }) },
  DeleteMessage: {},
  React: { parameters: () => ({ emoji: '👍' }) },
  Unreact: { parameters: () => ({ emoji: '👍' }) },
  PinMessage: {},
  UnpinMessage: {},
  MarkRead: { body: () => ({ seq: 1 }) },
  MarkUnread: { body: () => ({ seq: 1 }) },
  SetNotifications: { body: () => ({ level: 'none' }) },
  SetFavourite: {},
  UnsetFavourite: {},
  Import: { body: () => ({ items: [{ sourceId: 'bad' }] }) },
  PlaceHold: { body: ({ userId }) => ({ name: 'a case', userIds: [userId], reason: 'asked' }) },
  ReleaseHold: {},
  SetRetention: { body: ({ roomId }) => ({ roomId, days: 30 }) },
  RequestErasure: { body: ({ userId }) => ({ userId, reason: 'asked' }) },
  RequestExport: { body: ({ roomId }) => ({ format: 'jsonl', roomId, reason: 'asked' }) },
};

/** Whoever would end the session that other rows need, or asks with a password that is wrong on purpose. */
const routesOfOneself = new Set([
  'LogOut',
  'LogOutEverywhere',
  'ChangePassword',
  'AcceptInvitation',
  'LogIn',
]);

async function ask(route: Route, standing: Standing, place: Place): Promise<Reply> {
  const example = examples[route.name];
  if (example === undefined) throw new Error(`${route.name} has no example`);
  const values: Readonly<Record<string, string | undefined>> = { ...place, ...example.parameters?.(place) };
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
  const body = example.body?.(place);
  const reply = await as(standing).request(
    route.method.toUpperCase(),
    path,
    body === undefined ? {} : { body },
  );
  const answer = `${route.name}: ${JSON.stringify([[...reply.headers], reply.body ?? ''])}`;
  if (standing === 'other-organization' || standing === 'no-token') answersToTheOther.push(answer);
  if (standing !== 'other-organization') answersToOurs.push(answer);
  return reply;
}

function verdictOf(route: Route, visibility: Visibility, standing: Standing): Verdict {
  const row = accessTable[route.access];
  if (!('inPublic' in row)) return row[standing];
  return (visibility === 'public' ? row.inPublic : row.inPrivate)[standing];
}

/** Refusals that have nothing to do with rights; everything below 500 but a verdict on rights. */
function isAllowed({ status }: Reply, route: Route): boolean {
  if (routesOfOneself.has(route.name)) return status < 500 && !(status === 401 && route.access !== 'anybody');
  return status < 300 || status === 409;
}

const ofRooms = catalogue.filter(({ access }) => 'inPublic' in accessTable[access]);
const others = catalogue.filter(
  ({ access, name }) =>
    !('inPublic' in accessTable[access]) && name !== 'LogOut' && name !== 'LogOutEverywhere',
);

describe('every route', () => {
  it('has a row in the access table and an example, and a name of its own', () => {
    expect(Object.keys(examples).sort()).toEqual(catalogue.map(({ name }) => name).sort());
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
    for (const { access } of catalogue) expect(accessTable).toHaveProperty(access);
  });
});

/** What the table says, and what is answered. Only what is allowed changes a place, and so needs one of its own. */
async function tryEverybody(route: Route, visibility: Visibility): Promise<void> {
  const outcome: Partial<Record<Standing, Verdict>> = {};
  const expected: Partial<Record<Standing, Verdict>> = {};
  const untouched = { ...(await newPlace(visibility)), ...(await freshSubject(route)) };
  for (const standing of standings) {
    const verdict = verdictOf(route, visibility, standing);
    const isFresh = verdict === 'yes' && 'inPublic' in accessTable[route.access];
    const place = isFresh ? await newPlace(visibility) : { ...untouched, ...(await freshSubject(route)) };
    const reply = await ask(route, standing, place);
    expected[standing] = verdict;
    outcome[standing] = isAllowed(reply, route) ? 'yes' : (reply.status as Verdict);
  }
  expect(outcome).toEqual(expected);
}

describe.each(['public', 'private'] as const)('in a %s room', (visibility) => {
  it.each(ofRooms.map((route) => [route.name, route] as const))('%s', (_, route) =>
    tryEverybody(route, visibility),
  );
});

describe('outside rooms', () => {
  it.each(others.map((route) => [route.name, route] as const))('%s', (_, route) =>
    tryEverybody(route, 'public'),
  );
});

/** What a route does away with. */
async function freshSubject({ name }: Route): Promise<Pick<Place, 'invitationId' | 'holdId'>> {
  if (name === 'RevokeInvitation') return { invitationId: (await as('owner').invite()).id };
  if (name !== 'ReleaseHold') return {};
  const hold = { name: 'a case', userIds: [bystander.user.id], reason: 'asked' };
  return { holdId: (await as('owner').done('POST', '/audit/holds', hold)).id };
}

describe('what is another organization’s', () => {
  it('is in no answer to strangers', () => {
    expect(answersToTheOther.length).toBeGreaterThan(catalogue.length);
    const leaks = answersToTheOther.filter((answer) =>
      secretsOfOurs.some((secret) => answer.includes(secret)),
    );
    expect(leaks).toEqual([]);
    expect(answersToOurs.length).toBeGreaterThan(catalogue.length * (standings.length - 2));
    expect(
      answersToOurs.filter((answer) => secretsOfTheOther.some((secret) => answer.includes(secret))),
    ).toEqual([]);
  });

  it('cannot be named inside a body', async () => {
    const asOther = anybody().as(other);
    const place = await newPlace('public');
    const mine = (await asOther.done('POST', '/chat/rooms', { kind: 'channel', name: taint })).id;
    const replies = await Promise.all([
      asOther.post(`/chat/rooms/${mine}/messages`, { text: 'x', replyTo: place.messageId }),
      asOther.post(`/chat/rooms/${mine}/messages`, { text: 'x', threadOf: place.messageId }),
      asOther.post(`/chat/rooms/${mine}/participants`, { userId: place.userId }),
      asOther.post('/chat/rooms', { kind: 'direct', participantIds: [place.userId] }),
      asOther.post('/chat/rooms', { kind: 'group', participantIds: [place.userId] }),
      asOther.patch(`/chat/rooms/${mine}/participants/${place.userId}`, { role: 'member' }),
      asOther.delete(`/chat/rooms/${mine}/participants/${place.userId}`),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422, 404, 404]);
    const unknown = await asOther.post(`/chat/rooms/${mine}/messages`, { text: 'x', replyTo: randomUUID() });
    const told = ({ body }: Reply) => ({ ...(body as object), requestId: '' });
    expect(told(replies[0])).toEqual(told(unknown));
  });

  it('does not show in mentions', async () => {
    const asOther = anybody().as(other);
    await asOther.done('PATCH', '/auth/me', { displayName: taint });
    const mine = (await asOther.done('POST', '/chat/rooms', { kind: 'channel', name: taint })).id;
    const text = `@Bystander ${marked} @${taint}`;
    const { id } = await asOther.done('POST', `/chat/rooms/${mine}/messages`, { text });
    for await (const { data } of api.eventStore.readStream(`message-${id}`))
      expect(data).toMatchObject({ mentions: { userIds: [other.user.id] } });
  });
});

describe('log-out', () => {
  it.each(['LogOut', 'LogOutEverywhere'])('%s is for people', async (name) => {
    const route = catalogue.find((one) => one.name === name);
    if (route === undefined) throw new Error(`${name} is gone`);
    expect((await anybody().post(route.path)).status).toBe(401);
    expect((await as('deactivated').post(route.path)).status).toBe(401);
    const passing = sessionView.parse(await as('owner').newPerson('Passing'));
    expect((await anybody().as(passing).post(route.path)).status).toBe(200);
  });
});
