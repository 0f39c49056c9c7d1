import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listen } from './listen.ts';

describe('a stop', () => {
  it('lets a request under way end, and takes no other', async () => {
    let finish: (() => void) | undefined;
    const listening = await listen(
      (_request, response) => {
        response.write('begun,');
        finish = () => response.end('done');
      },
      { host: '127.0.0.1', port: 0 },
    );
    const answer = await fetch(`http://127.0.0.1:${listening.port}/`);
    const stopped = listening.stop();
    await expect(fetch(`http://127.0.0.1:${listening.port}/`)).rejects.toThrow();
    finish?.();
    expect(await answer.text()).toBe('begun,done');
    await stopped;
  });

  it('cuts what takes longer than the drain time, and may be asked for twice', async () => {
    const listening = await listen(() => undefined, { host: '127.0.0.1', port: 0, drainTimeoutMs: 20 });
    const request = fetch(`http://127.0.0.1:${listening.port}/`).then(
      () => 'answered',
      () => 'cut',
    );
    const [socket] = (await once(listening.server, 'connection')) as unknown[];
    expect(socket).toBeDefined();
    await Promise.all([listening.stop(), listening.stop()]);
    expect(await request).toBe('cut');
  });

  it('does not wait for idle connections', async () => {
    const listening = await listen((_request, response) => response.end(), { host: '127.0.0.1', port: 0 });
    const socket = connect(listening.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    const startedAt = performance.now();
    await listening.stop();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('an address that is taken', () => {
  it('is refused with the reason', async () => {
    const first = await listen(() => undefined, { host: '127.0.0.1', port: 0 });
    await expect(listen(() => undefined, { host: '127.0.0.1', port: first.port })).rejects.toThrow(
      'EADDRINUSE',
    );
    await first.stop();
  });
});
