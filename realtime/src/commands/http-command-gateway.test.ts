import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Problem } from '@verbatim/shared';
import { afterEach, describe, expect, test } from 'vitest';
import type { CommandGateway } from './command-gateway.ts';
import { createHttpCommandGateway } from './http-command-gateway.ts';

const caller = { token: 'the-token', ip: '203.0.113.9', userAgent: 'a browser' };
const roomId = '01890000-0000-7000-8000-000000000001';
let server: Server | undefined;
let gateway: CommandGateway | undefined;
afterEach(() => {
  gateway?.stop();
  server?.closeAllConnections();
  server?.close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function gatewayTo(answer: Answer): Promise<CommandGateway> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  gateway = createHttpCommandGateway(
    `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
  );
  return gateway;
}
const answering =
  (status: number, body: unknown): Answer =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

describe('the gateway to the command-api', () => {
  test('gives a message in the name of its sender, from where they are', async () => {
    let seen: Record<string, unknown> = {};
    const commands = await gatewayTo((request, response) => {
      let body = '';
      request.on('data', (piece) => (body += String(piece)));
      request.on('end', () => {
        const { authorization, 'x-forwarded-for': ip, 'user-agent': agent } = request.headers;
        seen = { method: request.method, url: request.url, authorization, ip, agent, body: JSON.parse(body) };
        answering(201, { id: 'm1', position: '42', revision: 0 })(request, response);
      });
    });
    const outcome = await commands.sendMessage(caller, roomId, {
      id: 'm1',
      text: 'hello',
      replyTo: undefined,
    });
    expect(outcome).toEqual({ accepted: true, position: '42' });
    expect(seen).toEqual({
      method: 'POST',
      url: `/chat/rooms/${roomId}/messages`,
      authorization: 'Bearer the-token',
      ip: '203.0.113.9',
      agent: 'a browser',
      body: { id: 'm1', text: 'hello' },
    });
  });

  test('hands a refusal on as it is', async () => {
    const problem = new Problem('room-archived').toDetails('a-request');
    const commands = await gatewayTo(answering(409, problem));
    expect(await commands.markRead(caller, roomId, 7)).toEqual({ accepted: false, problem });
  });

  test.each([
    ['an answer that is not ours', answering(200, { ok: true })],
    ['a cut connection', ((request) => request.socket.destroy()) satisfies Answer],
    ['an error page', ((_request, response) => response.writeHead(502).end('<html>')) satisfies Answer],
  ])('does not claim to know what became of a command after %s', async (_name, answer) => {
    const commands = await gatewayTo(answer);
    const outcome = await commands.sendMessage(caller, roomId, { id: 'm1', text: 'hello' });
    expect(outcome).toMatchObject({ accepted: false, problem: { code: 'outcome-unknown', status: 503 } });
  });

  test('says so when nothing listens', async () => {
    const commands = await gatewayTo(answering(200, {}));
    server?.close();
    server?.closeAllConnections();
    const outcome = await commands.markRead(caller, roomId, 7);
    expect(outcome).toMatchObject({ accepted: false, problem: { code: 'unavailable' } });
  });

  test('tries a kept connection once more that was closed at that moment', async () => {
    let requests = 0;
    const commands = await gatewayTo((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.resetAndDestroy();
      else answering(200, { id: 'm1', position: `${requests}`, revision: 0 })(request, response);
    });
    await commands.markRead(caller, roomId, 1);
    expect(await commands.markRead(caller, roomId, 2)).toEqual({ accepted: true, position: '3' });
  });
});
