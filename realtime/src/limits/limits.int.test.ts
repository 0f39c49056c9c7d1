import { randomUUID } from 'node:crypto';
import { createTokenVerifier } from '@verbatim/shared';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RelayOptions } from '../relay.ts';
import { ClientSocket, patience } from '../testing/client-socket.ts';
import { startRelayFixture, type RelayFixture } from '../testing/relay-fixture.ts';
import type { WrittenPerson } from '../testing/written-world.ts';
import { relayLimitsOf, type RelayLimits } from './relay-limits.ts';

let fixture: RelayFixture;
let ann: WrittenPerson;
let stopRelay: (() => Promise<void>) | undefined;

beforeAll(async () => {
  fixture = await startRelayFixture();
  ann = await fixture.world.person('Ann');
});
afterEach(async () => {
  await stopRelay?.();
  stopRelay = undefined;
});
afterAll(() => fixture.stop());

/** A relay of its own, with bounds that a test can reach. */
async function relayWith(
  limits: Partial<RelayLimits>,
  options: Partial<RelayOptions> = {},
): Promise<{ readonly url: string }> {
  const relay = await fixture.startRelay({ ...options, limits: { ...relayLimitsOf(true), ...limits } });
  stopRelay = () => relay.stop();
  return relay;
}

const refusalOf = (
  url: string,
): Promise<{ readonly status: number | undefined; readonly retryAfter: unknown }> =>
  new Promise((resolve) =>
    new ClientSocket(url).webSocket.once('unexpected-response', (_request, response) =>
      resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] }),
    ),
  );

describe('sockets', () => {
  test.each([
    ['of one address', { socketsOfAddress: 2 }, 429],
    ['of one address that have not said hello', { greetingsOfAddress: 2 }, 429],
    ['that have not said hello', { greetings: 2 }, 503],
    ['in all', { sockets: 2 }, 503],
  ])('%s are bounded before the upgrade', async (_name, limits, status) => {
    const { url } = await relayWith(limits);
    const [one] = [await fixture.connect('', url).opened(), await fixture.connect('', url).opened()];
    expect(await refusalOf(url)).toEqual({ status, retryAfter: '5' });
    one.webSocket.close();
    await one.ended();
    await vi.waitFor(() => fixture.connect('', url).opened(), patience);
  });

  test('that have said hello make room for others who have not', async () => {
    const { url } = await relayWith({ greetingsOfAddress: 1 });
    for (let count = 0; count < 3; count += 1) await fixture.enter(ann, undefined, { url });
  });

  test('of one person are bounded with 4429 and a time to come back', async () => {
    const { url } = await relayWith({ socketsOfUser: 2 });
    for (let count = 0; count < 2; count += 1) await fixture.enter(ann, undefined, { url });
    const third = await fixture.connect('', url).opened();
    third.say({ type: 'hello', token: fixture.tokenOf(ann) });
    const { code, reason } = await third.ended();
    expect(code).toBe(4429);
    expect(reason).toMatch(/^Retry-After: /);
    await fixture.enter(await fixture.world.person(), undefined, { url });
  });

  test('that do not say hello in time end with 4401', async () => {
    const { url } = await relayWith({ helloWithinMs: 200 });
    const silent = await fixture.connect('', url).opened();
    expect((await silent.ended()).code).toBe(4401);
  });
});

describe('frames', () => {
  const slow = { burst: 20, perSecond: 0.001 };
  const anyRate = relayLimitsOf(false).framesOfSocket;

  test.each([
    ['frames', (client: ClientSocket) => client.say({ type: 'ping' })],
    ["the protocol's own pings", (client: ClientSocket) => client.webSocket.ping()],
  ])('%s that come too often end with 4429', async (_name, say) => {
    const { url } = await relayWith({ framesOfSocket: slow });
    const client = await fixture.enter(ann, undefined, { url });
    for (let count = 0; count < 30; count += 1) say(client);
    expect((await client.ended()).code).toBe(4429);
  });

  test('of a person are counted over all their sockets', async () => {
    const { url } = await relayWith({ framesOfUser: slow, framesOfSocket: anyRate });
    const [one, other] = [
      await fixture.enter(ann, undefined, { url }),
      await fixture.enter(ann, undefined, { url }),
    ];
    for (let count = 0; count < slow.burst; count += 1) one.say({ type: 'ping' });
    await vi.waitFor(() => expect(one.of('pong')).toHaveLength(slow.burst), patience);
    other.say({ type: 'ping' });
    expect((await other.ended()).code).toBe(4429);
  });
});

test('a connection receives so many rooms and no more', async () => {
  const rooms = [await fixture.world.room([], 'public'), await fixture.world.room([], 'public')];
  const { url } = await relayWith({ roomsOfSocket: 1 });
  const client = await fixture.enter(await fixture.world.person(), undefined, { url });
  for (const roomId of rooms) client.say({ type: 'join_room', roomId });
  expect(await client.heard('error')).toMatchObject({ problem: { code: 'rate-limited' } });
  expect(client.of('room_added')).toHaveLength(1);
});

test('a connection whose commands wait is not read from until they are answered', async () => {
  const answers: (() => void)[] = [];
  const commands = {
    sendMessage: () =>
      new Promise<{ accepted: true; position: string }>((resolve) =>
        answers.push(() => resolve({ accepted: true, position: '1' })),
      ),
    markRead: () => Promise.resolve({ accepted: true as const, position: '1' }),
    stop: () => undefined,
  };
  const { url } = await relayWith({ pendingCommandsOfSocket: 3 }, { commands });
  const client = await fixture.enter(ann, undefined, { url });
  const say = (): void =>
    client.say({ type: 'message', id: randomUUID(), roomId: randomUUID(), text: 'hello' });
  for (let count = 0; count < 3; count += 1) say();
  await vi.waitFor(() => expect(answers).toHaveLength(3), patience);
  client.say({ type: 'ping' });
  answers.shift()?.();
  await client.heard('ack');
  await client.heard('pong');
});

test('a token that ends takes its socket along, unless it was renewed', async () => {
  const verifier = createTokenVerifier(fixture.keys.verification);
  const shortLived = new Set<string>();
  const tokens: RelayOptions['tokens'] = {
    verify: (token) => {
      const claims = verifier.verify(token);
      const lifetimeMs = shortLived.has(token) ? 3_000 : 60_000;
      return claims && { ...claims, expiresAt: new Date(Date.now() + lifetimeMs) };
    },
  };
  const { url } = await relayWith({}, { tokens });
  const greet = async (): Promise<ClientSocket> => {
    const client = await fixture.connect('', url).opened();
    const token = fixture.tokenOf(ann);
    shortLived.add(token);
    client.say({ type: 'hello', token });
    return client;
  };
  const renewed = await greet();
  renewed.say({ type: 'token', token: fixture.tokenOf(ann) });
  await renewed.heard('ready');
  const forgetful = await greet();
  expect((await forgetful.ended()).code).toBe(4401);
  renewed.say({ type: 'ping' });
  await renewed.heard('pong');
});
