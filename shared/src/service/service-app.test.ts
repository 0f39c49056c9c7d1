import { gzipSync } from 'node:zlib';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { Router } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EventStoreFault } from '../event-store/faults.ts';
import { createLogger } from '../logging/logger.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { Problem, problemSchema } from '../problems/problem.ts';
import { listen, type Listening } from './listen.ts';
import { parseRequest } from './parse-request.ts';
import { createServiceApp } from './service-app.ts';

const logLines: string[] = [];
let listening: Listening;

const routes = Router()
  .post('/echo', (request, response) => {
    response.json({ echo: request.body as unknown });
  })
  .post('/strict', (request, response) => {
    response.json(parseRequest(z.strictObject({ name: z.string(), size: z.number() }), request.body));
  })
  .get('/query', (request, response) => {
    response.json(request.query);
  })
  .get('/rooms/:id', (request, response) => {
    response.json({ id: request.params.id });
  })
  .get('/limited', () => {
    throw new Problem('rate-limited', { retryAfterSeconds: 2.5 });
  })
  .get('/unauthenticated', () => Promise.reject(new Problem('unauthenticated')))
  .get('/bug', () => {
    throw new Error('secret inside');
  })
  .get('/store-away', () => Promise.reject(new EventStoreFault('away', { isRetryable: true })))
  .get('/database-away', () => Promise.reject(Object.assign(new Error('gone'), { code: '57P01' })));

beforeAll(async () => {
  const app = createServiceApp({
    logger: createLogger({
      name: 'test',
      level: 'info',
      destination: { write: (line) => logLines.push(line) },
    }),
    metrics: createMetrics('test'),
    readiness: [
      { name: 'log', check: () => ({ isReady: true, details: { position: 12n } }) },
      { name: 'vault', check: () => Promise.reject(new TypeError('secret inside')) },
    ],
    routers: [Router().get('/other', (_request, response) => void response.json({})), routes],
  });
  listening = await listen(app, { host: '127.0.0.1', port: 0 });
});

afterAll(() => listening.stop());

const origin = (): string => `http://127.0.0.1:${listening.port}`;
const post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
): Promise<Response> => fetch(origin() + path, { method: 'POST', body, headers: { 'content-type': type } });
const problemIn = async (answer: Response) => {
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  return problemSchema.parse(await answer.json());
};

describe('a body', () => {
  it('is handed on as JSON, and is empty when there is none', async () => {
    expect(await (await post('/echo', '{"a":["ü"]}')).json()).toEqual({ echo: { a: ['ü'] } });
    expect(await (await fetch(`${origin()}/echo`, { method: 'POST' })).json()).toEqual({ echo: {} });
  });

  it.each([
    ['not JSON', '{"a":', 400, 'malformed'],
    ['a bare word', 'true', 400, 'malformed'],
    ['not UTF-8', Buffer.from('{"a":"\xff"}', 'latin1'), 400, 'malformed'],
    ['larger than a megabyte', JSON.stringify('x'.repeat(1024 * 1024)), 413, 'too-large'],
    ['too deep', '['.repeat(40) + ']'.repeat(40), 422, 'invalid'],
    ['far too deep', '['.repeat(45_000) + ']'.repeat(45_000), 422, 'invalid'],
    ['after a prototype', '{"a":{"__proto__":{"isAdmin":true}}}', 422, 'invalid'],
  ])('that is %s is refused', async (_, body, status, code) => {
    const answer = await post('/echo', body);
    expect(answer.status).toBe(status);
    expect(await problemIn(answer)).toMatchObject({ code, status });
  });

  it('may come in pieces, and compressed', async () => {
    const pieces = new ReadableStream({
      pull(controller) {
        for (const piece of ['{"a', '":', '1}']) controller.enqueue(Buffer.from(piece));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, duplex: 'half' as const };
    const chunked = await fetch(`${origin()}/echo`, { ...init, body: pieces });
    expect(await chunked.json()).toEqual({ echo: { a: 1 } });
    const headers = { ...init.headers, 'Content-Encoding': 'gzip' };
    const packed = await fetch(`${origin()}/echo`, { ...init, headers, body: gzipSync('{"a":1}') });
    expect(await packed.json()).toEqual({ echo: { a: 1 } });
  });

  it.each([
    ['not what it says', Buffer.from('{"a":1}')],
    ['cut off', gzipSync('{"a":1}').subarray(0, 12)],
  ])('that is packed and %s is refused', async (_, body) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const answer = await fetch(`${origin()}/echo`, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect((await problemIn(answer)).code).toBe('malformed');
  });

  it('that unpacks to more than a megabyte is refused', async () => {
    const body = gzipSync(JSON.stringify(['x'.repeat(4 * 1024 * 1024)]));
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const answer = await fetch(`${origin()}/echo`, { method: 'POST', headers, body });
    expect(answer.status).toBe(413);
    expect((await problemIn(answer)).code).toBe('too-large');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16'])(
    'of the type %s is refused',
    async (type) => {
      const answer = await post('/echo', '{"a":1}', type);
      expect(answer.status).toBe(415);
      expect((await problemIn(answer)).code).toBe('unsupported-media-type');
    },
  );

  it('is told about every bad field', async () => {
    const problem = await problemIn(await post('/strict', '{"name":7,"role":"owner"}'));
    expect(problem).toMatchObject({ status: 422, code: 'invalid' });
    expect(problem.errors?.map(({ path }) => path)).toEqual(['name', 'size', 'role']);
  });
});

describe('an address', () => {
  it.each(['/rooms/a%00b', '/query?q=%00', '/rooms/%zz', '/rooms/%ff'])(
    'such as %s is refused',
    async (path) => {
      const answer = await fetch(origin() + path);
      expect(answer.status).toBe(400);
      expect((await problemIn(answer)).code).toBe('malformed');
    },
  );

  it('that nobody knows is answered alike for everybody', async () => {
    const answer = await fetch(`${origin()}/nothing`);
    expect(answer.status).toBe(404);
    expect(await problemIn(answer)).toMatchObject({
      code: 'not-found',
      type: 'urn:verbatim:problem:not-found',
    });
  });
});

describe('an error', () => {
  it.each([
    ['/limited', 429, 'rate-limited', '3'],
    ['/store-away', 503, 'unavailable', '1'],
    ['/database-away', 503, 'unavailable', '1'],
  ])('at %s says when to come back', async (path, status, code, retryAfter) => {
    const answer = await fetch(origin() + path);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
    expect((await problemIn(answer)).code).toBe(code);
  });

  it('of credentials names the scheme', async () => {
    expect((await fetch(`${origin()}/unauthenticated`)).headers.get('www-authenticate')).toBe('Bearer');
  });

  it('of ours shows nothing of the inside, and is in the log under the id of the request', async () => {
    const answer = await fetch(`${origin()}/bug`, { headers: { 'x-request-id': 'caller-chose-this' } });
    const problem = await problemIn(answer);
    expect(problem).toMatchObject({ status: 500, code: 'internal', requestId: 'caller-chose-this' });
    expect(JSON.stringify(problem)).not.toContain('secret');
    expect(
      logLines.filter((line) => line.includes('caller-chose-this') && line.includes('secret inside')),
    ).toHaveLength(1);
  });
});

describe('every answer', () => {
  it.each(['/other', '/nothing', '/bug', '/health/live', '/rooms/%zz'])(
    'also at %s, is guarded and has an id',
    async (path) => {
      const { headers } = await fetch(origin() + path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('etag')).toBeNull();
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it("has an id of ours when the caller's is not harmless", async () => {
    const { headers } = await fetch(`${origin()}/other`, { headers: { 'x-request-id': 'x"><script>' } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('operations', () => {
  it('see that the service lives, and what keeps it from being ready', async () => {
    expect((await fetch(`${origin()}/health/live`)).status).toBe(200);
    const answer = await fetch(`${origin()}/health/ready`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toEqual({
      status: 'not-ready',
      checks: [
        { name: 'log', isReady: true, details: { position: '12' } },
        { name: 'vault', isReady: false, details: { reason: 'TypeError' } },
      ],
    });
  });

  it('see requests under the pattern of their route', async () => {
    await fetch(`${origin()}/rooms/4711`);
    const metrics = await (await fetch(`${origin()}/metrics`)).text();
    expect(metrics).toContain(
      'http_request_duration_seconds_count{service="test",method="GET",route="/rooms/:id",status="200"}',
    );
    expect(metrics).not.toContain('4711');
  });

  it.each(['/health/ready', '/metrics'])('keep %s from what a proxy hands on', async (path) => {
    expect((await fetch(origin() + path, { headers: { 'x-forwarded-for': '203.0.113.7' } })).status).toBe(
      404,
    );
  });
});

describe('the connection', () => {
  it('is refused when its headers are too large', async () => {
    const socket = connect(listening.port, '127.0.0.1');
    socket.end(`GET /other HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(await readText(socket)).toContain('431');
  });
});
