import { connect } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as secureRequest } from 'node:https';
import { connect as connectSecurely } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { collect, newStream, oneEvent } from '../testing/events.ts';
import { record } from '../testing/recorded-subscription.ts';
import { useTestStore } from '../testing/test-store.ts';

const store = useTestStore();
const secure = useTestStore({ insecure: false });
const url = (path: string): string => `http://127.0.0.1:${store.server.port}${path}`;

function post(stream: string, body: string, headers: Record<string, string> = {}) {
  return fetch(url(`/streams/${encodeURIComponent(stream)}`), {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', 'ES-EventType': 'Posted', ...headers },
  });
}

describe('over HTTP', () => {
  it('a ping is answered', async () => {
    const response = await fetch(url('/ping'));
    expect(response.status).toBe(200);
    const answer: unknown = await response.json();
    expect(answer).toEqual({
      msgTypeId: expect.any(Number) as number,
      text: 'Ping request successfully handled',
    });
  });

  it('health and figures are told', async () => {
    expect((await fetch(url('/health/live'))).status).toBe(204);
    const stats: unknown = await (await fetch(url('/stats'))).json();
    expect(stats).toMatchObject({ 'es-head-position': expect.stringMatching(/^\d+$/) as string });
    const gossip: unknown = await (await fetch(url('/gossip'))).json();
    expect(gossip).toMatchObject({ members: [{ state: 'Leader', httpEndPointPort: store.server.port }] });
  });

  it('what is not there is not found', async () => {
    const response = await fetch(url('/nowhere'), { method: 'POST' });
    expect([response.status, response.statusText]).toEqual([404, 'Not Found']);
  });

  it.each(['{"fine":true}', '****', '', 'Ę\u2028'])('an event is stored as it came: %j', async (body) => {
    const stream = newStream('안녕');
    const subscription = record(store.client.subscribeToStream(stream));
    expect((await post(stream, body)).status).toBe(201);
    const [resolved] = await subscription.expectEvents(1);
    expect(resolved?.event).toMatchObject({ streamId: stream, type: 'Posted', isJson: true });
    const data = resolved?.event?.data;
    expect(typeof data === 'string' ? data : JSON.stringify(data)).toBe(body);
    await subscription.unsubscribe();
  });

  it('a repeated event id is stored once, and expectations hold', async () => {
    const stream = newStream();
    const id = { 'ES-EventId': '8f8c2f2e-27b0-4f0e-8f2b-6c7e8c9d0a1b' };
    expect((await post(stream, '{}', id)).status).toBe(201);
    expect((await post(stream, '{}', id)).status).toBe(201);
    expect(await collect(store.client.readStream(stream))).toHaveLength(1);
    const wrong = await post(stream, '{}', { 'ES-ExpectedVersion': '7' });
    expect([wrong.status, wrong.headers.get('ES-CurrentVersion')]).toEqual([400, '0']);
    expect((await post(stream, '{}', { 'Kurrent-EventType': 'x', 'ES-ExpectedVersion': '0' })).status).toBe(
      201,
    );
    await store.client.tombstoneStream(stream);
    expect((await post(stream, '{}')).status).toBe(410);
  });

  it.each([
    ['no type', { 'ES-EventType': '' }, 400],
    ['a wrong id', { 'ES-EventId': 'me' }, 400],
    ['a wrong expectation', { 'ES-ExpectedVersion': 'soon' }, 400],
    ['an unknown content type', { 'Content-Type': 'text/xml' }, 415],
  ])('an event with %s is refused', async (_name, headers, status) => {
    expect((await post(newStream(), '{}', headers)).status).toBe(status);
  });

  it('an event that is too large is refused', async () => {
    expect((await post(newStream(), 'x'.repeat(1024 * 1024 + 1))).status).toBe(413);
  });

  it('a path that is wrongly encoded is refused', async () => {
    const response = await fetch(url('/streams/%ff'), { method: 'POST', headers: { 'ES-EventType': 'x' } });
    expect(response.status).toBe(400);
  });
});

describe('over HTTP with TLS', () => {
  const send = async (method: string, path: string, authorization?: string): Promise<number | undefined> => {
    const { port, authorityFile = '' } = secure.server;
    const request = secureRequest({
      host: 'localhost',
      port,
      method,
      path,
      ca: readFileSync(authorityFile),
      headers: {
        'Content-Type': 'application/json',
        'ES-EventType': 'Posted',
        ...(authorization !== undefined && { authorization }),
      },
    });
    request.end(method === 'POST' ? '{}' : undefined);
    const [response] = (await once(request, 'response')) as [{ statusCode?: number; resume(): void }];
    response.resume();
    return response.statusCode;
  };
  const basic = (password: string): string => `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;

  it('a client that speaks HTTP/2 too gets the paths of HTTP', async () => {
    const ca = readFileSync(secure.server.authorityFile ?? '');
    const socket = connectSecurely({
      port: secure.server.port,
      host: 'localhost',
      ca,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe('http/1.1');
    socket.destroy();
  });

  it('who is not signed in, or wrongly, gets no further than anonymous users', async () => {
    expect(await send('GET', '/ping')).toBe(200);
    expect(await send('GET', '/stats')).toBe(401);
    expect(await send('GET', '/stats', basic('wrong'))).toBe(401);
    expect(await send('GET', '/stats', basic('changeit'))).toBe(200);
    expect(await send('POST', '/streams/$system')).toBe(401);
    expect(await send('POST', '/streams/$system', basic('changeit'))).toBe(201);
  });
});

describe('a connection that makes no sense', () => {
  it.each(['', 'P', 'PR', '\u0000\u0001\u0002\u0003', 'GET', 'PRI * HTTP/2.0\r\n\r\nnonsense'])(
    'sending %j harms nobody',
    async (bytes) => {
      const socket = connect(store.server.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => undefined);
      socket.write(bytes);
      const stream = newStream();
      await store.client.appendToStream(stream, oneEvent());
      expect(await collect(store.client.readStream(stream))).toHaveLength(1);
      socket.destroy();
    },
  );
});
