import { connect } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createPushSubscriber, createTokenSigner, parseSigningKeys } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ClientSocket, patience } from '../testing/client-socket.ts';
import { allowedOrigin, startRelayFixture, type RelayFixture } from '../testing/relay-fixture.ts';
import type { WrittenPerson } from '../testing/written-world.ts';

let fixture: RelayFixture;
let ann: WrittenPerson;

beforeAll(async () => {
  fixture = await startRelayFixture();
  ann = await fixture.world.person('Ann');
});
afterAll(() => fixture.stop());

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const statusOf = (client: ClientSocket): Promise<number | undefined> =>
  new Promise((resolve) =>
    client.webSocket.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
  );

describe('before the upgrade', () => {
  test.each([
    ['a foreign origin', '', { origin: 'http://elsewhere.test' }, 403],
    ['an origin that only begins like ours', '', { origin: `${allowedOrigin}.evil` }, 403],
    ['the null origin', '', { origin: 'null' }, 403],
    ['an unknown path', '/elsewhere', {}, 404],
    ['a room that is no id', '/chat/general', {}, 404],
  ])('%s is refused over HTTP', async (_name, path, options, status) => {
    expect(await statusOf(new ClientSocket(fixture.url + path, options))).toBe(status);
  });

  test('our own origin and none at all are let in', async () => {
    for (const options of [{ origin: allowedOrigin }, {}]) {
      const client = await new ClientSocket(fixture.url, options).opened();
      expect(client.webSocket.protocol).toBe('verbatim.v1');
      client.webSocket.terminate();
    }
  });
});

describe('a hello', () => {
  const foreignKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const forged = (): string =>
    createTokenSigner(parseSigningKeys(foreignKey.toString())).sign({
      ...ann,
      organizationId: fixture.world.organizationId,
      role: 'member',
    });

  test.each([
    ['with a forged token', () => ({ type: 'hello', token: forged() })],
    ['with no token that is one', () => ({ type: 'hello', token: 'x' })],
    ['that is none', () => ({ type: 'ping' })],
  ])('%s ends with 4401', async (_name, frame) => {
    const client = await fixture.connect().opened();
    client.webSocket.send(JSON.stringify(frame()));
    expect((await client.ended()).code).toBe(4401);
  });

  test('may be followed at once by whatever else', async () => {
    const roomId = await fixture.world.room([ann], 'public');
    const client = await fixture.connect().opened();
    client.say({ type: 'hello', token: fixture.tokenOf(ann) });
    client.say({ type: 'typing', roomId });
    client.webSocket.send(JSON.stringify({ type: 'message', id: 'x', roomId, text: '' }));
    client.say({ type: 'ping' });
    await client.heard('pong');
    expect(client.frames.map(({ type }) => type)).toEqual(expect.arrayContaining(['ready', 'error', 'pong']));
    client.say({ type: 'ping' });
    await vi.waitFor(() => expect(client.of('pong')).toHaveLength(2), patience);
  });

  test('of which there are two ends with 4400', async () => {
    const client = await fixture.connect().opened();
    for (let count = 0; count < 2; count += 1) client.say({ type: 'hello', token: fixture.tokenOf(ann) });
    expect((await client.ended()).code).toBe(4400);
  });

  test('in a session that has ended is refused', async () => {
    const person = await fixture.world.person();
    await fixture.world.endSession(person, { isPushed: false });
    const client = await fixture.connect().opened();
    client.say({ type: 'hello', token: fixture.tokenOf(person) });
    expect((await client.ended()).code).toBe(4401);
  });

  test('is said once', async () => {
    const client = await fixture.enter(ann);
    client.say({ type: 'hello', token: fixture.tokenOf(ann) });
    expect((await client.ended()).code).toBe(4400);
  });
});

describe('what a client says', () => {
  test.each([
    ['no JSON', 'hello'],
    ['JSON that is no object', '[1]'],
    ['an unknown type', '{"type":"drop_tables"}'],
    ['a field too many', '{"type":"ping","extra":1}'],
    ['a wrong type of field', '{"type":"typing","roomId":5}'],
    ['a bad cursor', '{"type":"join_room","roomId":"01890000-0000-7000-8000-000000000001","after":-1}'],
    [
      'a number out of range',
      '{"type":"join_room","roomId":"01890000-0000-7000-8000-000000000001","after":1e400}',
    ],
    ['a prototype', '{"type":"ping","__proto__":{"type":"ping"}}'],
    ['JSON 20,000 levels deep', nested(20_000)],
  ])('%s ends with 4400', async (_name, text) => {
    const client = await fixture.enter(ann);
    client.webSocket.send(text);
    expect((await client.ended()).code).toBe(4400);
  });

  test('in bytes ends with 4400', async () => {
    const client = await fixture.enter(ann);
    client.webSocket.send(Buffer.from('{"type":"ping"}'));
    expect((await client.ended()).code).toBe(4400);
  });

  test('over 64 KiB ends with 1009', async () => {
    const client = await fixture.enter(ann);
    client.webSocket.send(`"${'x'.repeat(65_536)}"`);
    expect((await client.ended()).code).toBe(1009);
  });

  test('in too many fragments is cut short', async () => {
    const client = await fixture.enter(ann);
    for (let count = 0; count < 200; count += 1) client.webSocket.send('x', { fin: false });
    expect([1006, 1008]).toContain((await client.ended()).code);
  });

  test('with another person’s new token ends with 4401', async () => {
    const client = await fixture.enter(ann);
    client.say({ type: 'token', token: fixture.tokenOf(await fixture.world.person()) });
    expect((await client.ended()).code).toBe(4401);
  });

  test('with a new token of its own goes on', async () => {
    const client = await fixture.enter(ann);
    client.say({ type: 'token', token: fixture.tokenOf(ann) });
    client.say({ type: 'ping' });
    await client.heard('pong');
    expect(client.closed).toBeUndefined();
  });
});

test('a raw client that sends frames without a mask is cut, and the relay lives', async () => {
  const { port } = new URL(fixture.url.replace('ws:', 'http:'));
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write(Buffer.from([0x81, 0x02, 0x7b, 0x7d]));
  await new Promise((resolve) => socket.once('close', resolve));
  const client = await fixture.enter(ann);
  expect(client.closed).toBeUndefined();
});

describe('a relay that stops', () => {
  test('sends everybody away with 1012, says when to come back, and takes no more', async () => {
    const other = await fixture.startRelay();
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => fixture.enter(ann, undefined, { url: other.url })),
    );
    const stalls = monitorEventLoopDelay({ resolution: 1 });
    stalls.enable();
    const stopping = other.stop();
    const ends = await Promise.all(
      clients.map(async (client) => ({ ...(await client.ended()), at: performance.now() })),
    );
    for (const { code, reason } of ends) {
      expect(code).toBe(1012);
      expect(reason).toMatch(/^Retry-After: \d+\.\d{3}$/);
    }
    // Neither all at once, but for what came due while a busy machine did something else, nor all back at once.
    stalls.disable();
    const [times, stalledMs] = [ends.map(({ at }) => at), stalls.max / 1e6];
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(clients.length * 2 - 2 * stalledMs);
    expect(new Set(ends.map(({ reason }) => reason)).size).toBeGreaterThan(clients.length / 2);
    await stopping;
  });
});

describe('two relays', () => {
  test('a relay that falls silent takes its people along, and a device here outlives it', async () => {
    const { world } = fixture;
    const [cat, dog, eve] = [await world.person(), await world.person(), await world.person()];
    await world.room([cat, dog, eve]);
    const watcher = await fixture.enter(dog);
    await fixture.enter(eve);
    const silent = createPushSubscriber(fixture.pushUrl);
    const isConnected = new Promise<void>((resolve) =>
      silent.events.subscribe(({ type }) => type === 'connected' && resolve()),
    );
    await isConnected;
    silent.sendToPeers({
      kind: 'presence',
      organizationId: world.organizationId,
      relayId: 'silent',
      people: [cat, eve].map(({ userId }) => ({ userId, status: 'online' })),
      validForMs: 1_000,
    });
    const statusesOf = ({ userId }: WrittenPerson) =>
      watcher.of('presence').flatMap((frame) => (frame.userId === userId ? [frame.status] : []));
    await vi.waitFor(() => expect(statusesOf(cat)).toEqual(['online', 'offline']), patience);
    expect(statusesOf(eve)).toEqual(['online']);
    await silent.stop();
  });

  test('know of each other’s people, and of a relay that stopped that they are gone', async () => {
    const { world } = fixture;
    const other = await fixture.startRelay();
    const [cat, dog] = [await world.person(), await world.person()];
    const roomId = await world.room([cat, dog]);
    const watcher = await fixture.enter(dog);
    const away = await fixture.enter(cat, undefined, { url: other.url });
    const statuses = () => watcher.of('presence').map(({ status }) => status);
    await vi.waitFor(() => expect(statuses()).toEqual(['online']), patience);
    away.say({ type: 'typing', roomId });
    expect(await watcher.heard('typing')).toEqual({ type: 'typing', roomId, userId: cat.userId });
    const late = await fixture.startRelay();
    const newcomer = await fixture.enter(dog, undefined, { url: late.url });
    expect((await newcomer.heard('presence')).status).toBe('online');
    await other.stop();
    await vi.waitFor(() => expect(statuses()).toEqual(['online', 'offline']), patience);
    await late.stop();
  });
});
