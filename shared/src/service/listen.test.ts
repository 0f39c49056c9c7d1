import { connect } from 'node:net';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
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
    expect(performance.now() - startedAt).toBeLessThan(4_000); // of the five seconds that it waits for busy ones
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

describe('many who come at once', () => {
  const people = 60;

  /** Connects them all while this thread does nothing, so that they wait in the system's queue. */
  function queueUp(port: number): Worker {
    const isQueued = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(
      `const { workerData: { port, people, isQueued } } = require('node:worker_threads');
       const { connect } = require('node:net');
       let connected = 0;
       for (let one = 0; one < people; one += 1)
         connect(port, '127.0.0.1', () => {
           if (++connected < people) return;
           Atomics.store(isQueued, 0, 1);
           Atomics.notify(isQueued, 0);
         }).on('error', () => undefined);`,
      { eval: true, workerData: { port, people, isQueued } },
    );
    expect(Atomics.wait(isQueued, 0, 0, 10_000)).not.toBe('timed-out');
    return worker;
  }

  it('are let in several in each turn of the event loop, answered, and waited for at the stop', async () => {
    const listening = await listen((_request, response) => response.end('here'), {
      host: '127.0.0.1',
      port: 0,
      acceptors: 8,
    });
    let letIn = 0;
    listening.server.on('connection', () => (letIn += 1));
    const worker = queueUp(listening.port);
    let turns = 0;
    for (; letIn < people && turns < 1_000; turns += 1) await nextTurn();
    expect(letIn).toBe(people);
    expect(turns).toBeLessThan(people / 2);
    await worker.terminate();

    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => (await fetch(`http://127.0.0.1:${listening.port}/`)).text()),
    );
    expect(new Set(answers)).toEqual(new Set(['here']));
    await listening.stop();
    await expect(fetch(`http://127.0.0.1:${listening.port}/`)).rejects.toThrow();
  });
});
