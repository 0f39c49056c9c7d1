import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createLogger, createMetrics, createServiceApp, listen } from '@verbatim/shared';
import { Router } from 'express';
import { expect, test } from 'vitest';
import { sendStream } from './send-stream.ts';

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield await Promise.resolve(Buffer.alloc(64 * 1024, 'words'));
}

test('cuts off a reader who does not read once it may not go on, and drops what waits for them', async () => {
  let mayGoOn = true;
  let taken = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of endless()) {
      taken += piece.length;
      yield piece;
    }
  }
  const router = Router();
  const ended = new Promise<unknown>((resolve) => {
    router.get('/words', (_, response, next) => {
      response.flushHeaders();
      sendStream(response, counted, () => Promise.resolve(mayGoOn)).then(resolve, (error: unknown) => {
        resolve(error);
        next(error);
      });
    });
  });
  const logger = createLogger({ name: 'test', level: 'silent' });
  const metrics = createMetrics('test');
  const app = createServiceApp({ logger, metrics, readiness: [], routers: [router] });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });

  const asked = request({ host: '127.0.0.1', port: listening.port, path: '/words' }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let read = 0;
  asked.on('error', () => undefined); // the answer tells of it
  const failed = once(answer, 'error');
  answer.once('data', (piece: Buffer) => {
    read += piece.length;
    answer.pause();
    mayGoOn = false;
  });
  expect(await ended).toMatchObject({ code: 'forbidden' });
  answer.on('data', (piece: Buffer) => (read += piece.length)).resume();
  const [error] = (await failed) as [Error];
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  expect(answer.complete).toBe(false);
  expect(read).toBeLessThan(taken);
  await listening.stop();
});
