import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createLogger, createMetrics, createServiceApp, listen, type Listening } from '@verbatim/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webClient } from './web-client.ts';

const big = `export {};${' '.repeat(2_000)}`;
let folder: string;
let listening: Listening;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'verbatim-web-'));
  await mkdir(path.join(folder, 'dist', 'assets'), { recursive: true });
  await writeFile(
    path.join(folder, 'csp.json'),
    JSON.stringify({ contentSecurityPolicy: "default-src 'self'" }),
  );
  await writeFile(path.join(folder, 'dist', 'index.html'), '<!doctype html><title>Verbatim</title>');
  await writeFile(path.join(folder, 'dist', 'assets', 'index-1a2b.js'), 'export {};');
  await writeFile(path.join(folder, 'dist', 'assets', 'big-3c4d.js'), big);
  await writeFile(path.join(folder, 'dist', 'assets', 'big-3c4d.js.br'), brotliCompressSync(big));
  await writeFile(path.join(folder, 'dist', 'assets', 'big-3c4d.js.gz'), gzipSync(big));
  await writeFile(path.join(folder, 'secret.txt'), 'outside of the page');
  const app = createServiceApp({
    logger: createLogger({ name: 'front', level: 'silent' }),
    metrics: createMetrics('front'),
    readiness: [],
    routers: [webClient(folder)],
  });
  listening = await listen(app, { host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await listening.stop();
  await rm(folder, { recursive: true });
});

const get = (address: string, accept = 'text/html,*/*;q=0.8') =>
  fetch(`http://127.0.0.1:${listening.port}${address}`, { headers: { accept } });

describe('the built page', () => {
  it.each(['/', '/rooms/7d0c2a30-0000-4000-8000-000000000000/12', '/sign-up'])(
    'is sent for %s, and asked for anew each time',
    async (address) => {
      const response = await get(address);

      expect(response.status).toBe(200);
      expect(await response.text()).toContain('<title>Verbatim</title>');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('content-security-policy')).toBe("default-src 'self'");
    },
  );

  it('has files that are kept for ever, since their names change with them', async () => {
    const response = await get('/assets/index-1a2b.js', '*/*');

    expect(await response.text()).toBe('export {};');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toMatch('text/javascript');
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['identity', null],
  ])('goes out packed to who accepts %s', async (accepted, encoding) => {
    const response = await fetch(`http://127.0.0.1:${listening.port}/assets/big-3c4d.js`, {
      headers: { 'accept-encoding': accepted },
    });

    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toContain('Accept-Encoding');
    expect(response.headers.get('content-type')).toMatch('text/javascript');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(await response.text()).toBe(big);
  });

  it.each([
    ['/chat/nothing-here', 'text/html'],
    ['/audit', 'text/html'],
    ['/assets/gone.js', '*/*'],
    ['/rooms/1', 'application/json'],
    ['/..%2fsecret.txt', '*/*'],
    ['/../secret.txt', '*/*'],
  ])('is not sent for %s when %s is asked for', async (address, accept) => {
    const response = await get(address, accept);

    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
  });
});
