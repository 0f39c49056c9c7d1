import { binaryEvent } from '@eventstore/db-client';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { newStream } from '../testing/events.ts';
import { launchStore } from '../testing/store-process.ts';
import { temporaryDirectory } from '../testing/test-store.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const APPENDED_BYTES = 32 * 1024 * 1024;
const EVENT_BYTES = 256 * 1024;

/** Memory of a process that is its own; the map of the data file does not count. */
function privateBytes(pid: number): number {
  const kilobytes = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1_024;
}

it.runIf(process.platform === 'linux')(
  'a subscriber that does not read costs little, and gets all when it does',
  async () => {
    const store = await launchStore({ directory: temporaryDirectory() });
    const data = Buffer.alloc(EVENT_BYTES, 1);
    const append = (stream: string) =>
      store.client.appendToStream(stream, binaryEvent({ type: 'Large', data }));
    const count = APPENDED_BYTES / EVENT_BYTES;
    for (let n = 0; n < count; n++) await append('before');
    const stream = newStream();
    const before = privateBytes(store.pid);
    const subscription = store.client.subscribeToStream(stream, {}, { highWaterMark: 1 }).pause();
    for (let n = 0; n < count; n++) await append(stream);
    expect(privateBytes(store.pid) - before).toBeLessThan(MAX_BYTES);
    let received = 0n;
    for await (const { event } of subscription) {
      expect(event?.revision).toBe(received++);
      if (received === BigInt(count)) break;
    }
  },
);
