import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Outbound, outboundLimits } from './outbound.ts';
import { TickFlusher } from './tick-flusher.ts';

let near: Socket;
let far: Socket;
let received: Buffer[];
beforeEach(async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  far = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  [near] = (await once(server, 'connection')) as [Socket];
  server.close();
  received = [];
  far.on('data', (piece) => received.push(piece));
});
afterEach(() => {
  near.destroy();
  far.destroy();
});

const frame = (text: string): Buffer => Buffer.from(text);
const text = (): string => Buffer.concat(received).toString();

describe('what is sent to a socket', () => {
  test('in one turn goes out in one write, in order', async () => {
    const writes = vi.spyOn(near, 'write');
    const outbound = new Outbound(near, new TickFlusher(), () => undefined);
    for (const word of ['one ', 'two ', 'three']) outbound.send(frame(word));
    await vi.waitFor(() => expect(text()).toBe('one two three'), { timeout: 10_000 });
    expect(writes).toHaveBeenCalledTimes(1);
  });

  test('is nobody’s to make up for once it is closed, however much the system still holds', async () => {
    far.pause();
    const outbound = new Outbound(near, new TickFlusher(), () => undefined);
    while (outbound.unreadBytes < outboundLimits.unreadBytes / 2) {
      outbound.send(Buffer.alloc(60_000, 'x'));
      await new Promise(setImmediate);
    }
    // More than any socket takes, written past the queue: what the system holds outlives the close.
    near.write(Buffer.alloc(outboundLimits.unreadBytes));
    outbound.close();
    expect(outbound.unreadBytes).toBeGreaterThan(outboundLimits.unreadBytesForMomentary);
    await outbound.whenDrained();
    expect(outbound.sendMomentary(frame('x'))).toBe(true);
  });

  test('waits while the other side does not read, bounded, and comes whole when it does', async () => {
    far.pause();
    const onOverflow = vi.fn();
    const outbound = new Outbound(near, new TickFlusher(), onOverflow);
    const piece = Buffer.alloc(60_000, 'x');
    let sentBytes = 0;
    while (outbound.unreadBytes < outboundLimits.unreadBytes / 2) {
      outbound.send(piece);
      sentBytes += piece.length;
      await new Promise(setImmediate);
    }
    expect(outbound.sendMomentary(piece)).toBe(false);
    let isDrained = false;
    const drained = outbound.whenDrained().then(() => (isDrained = true));
    expect(isDrained).toBe(false);
    far.resume();
    await drained;
    await vi.waitFor(() => expect(Buffer.concat(received)).toHaveLength(sentBytes), { timeout: 10_000 });
    expect(onOverflow).not.toHaveBeenCalled();
  });

  test('is drained once the system has taken it, not when it was handed over', async () => {
    far.pause();
    const outbound = new Outbound(near, new TickFlusher(), () => undefined);
    const piece = Buffer.alloc(2 * outboundLimits.joinedBytes, 'x');
    while (near.writableLength === 0) {
      outbound.send(piece);
      await new Promise(setImmediate);
    }
    expect(outbound.unreadBytes).toBe(near.writableLength);
    const drained = outbound.whenDrained();
    far.resume();
    await drained;
    expect(outbound.sendMomentary(piece)).toBe(true);
  });

  test('is not too much for a socket that is read, however much comes in one turn', async () => {
    const onOverflow = vi.fn();
    const outbound = new Outbound(near, new TickFlusher(), onOverflow);
    const piece = Buffer.alloc(60_000, 'x');
    let sentBytes = 0;
    for (; sentBytes < 2 * outboundLimits.unreadBytes; sentBytes += piece.length) outbound.send(piece);
    await vi.waitFor(() => expect(Buffer.concat(received)).toHaveLength(sentBytes), { timeout: 10_000 });
    expect(onOverflow).not.toHaveBeenCalled();
  });

  test('is too much when the bound is passed', async () => {
    far.pause();
    const onOverflow = vi.fn(() => outbound.close());
    const outbound: Outbound = new Outbound(near, new TickFlusher(), onOverflow);
    const piece = Buffer.alloc(100_000, 'x');
    await vi.waitFor(
      () => {
        outbound.send(piece);
        expect(onOverflow).toHaveBeenCalled();
      },
      { interval: 1, timeout: 10_000 },
    );
    expect(onOverflow).toHaveBeenCalledTimes(1);
    expect(near.writableLength).toBeLessThan(300_000);
    await outbound.whenDrained();
  });
});
