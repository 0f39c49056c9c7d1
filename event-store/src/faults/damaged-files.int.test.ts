import { closeSync, cpSync, fstatSync, openSync, readSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDBClient, type AllStreamResolvedEvent } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEventStore } from '../server.ts';
import { collect, someEvents } from '../testing/events.ts';
import { randomNumbers, rounds, timeLimitMs } from '../testing/rounds.ts';
import { launchStore, runCommand } from '../testing/store-process.ts';
import { temporaryDirectory } from '../testing/test-store.ts';

vi.setConfig({ testTimeout: timeLimitMs() });
const STREAMS = 40;
const directory = temporaryDirectory();
const original = join(directory, 'original');
let events: AllStreamResolvedEvent[] = [];
let hash = '';

beforeAll(async () => {
  const server = await startEventStore({ directory: original, port: 0, insecure: true });
  const client = EventStoreDBClient.connectionString(server.connectionString);
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      Array.from({ length: STREAMS }, (_, n) =>
        client.appendToStream(`stream-${n}`, someEvents(1 + (n % 3))),
      ),
    );
  }
  events = await collect(client.readAll());
  await client.dispose();
  await server.stop();
  hash = hashIn((await runCommand(['verify', original])).output);
});
afterAll(() => rmSync(directory, { recursive: true }));

function hashIn(output: string): string {
  return /hash (\w+)/.exec(output)?.[1] ?? 'none';
}

/** A copy of the store, with its data file damaged. */
function damagedCopy(damage: (file: string, length: number) => void): string {
  const copy = join(temporaryDirectory(), 'copy');
  cpSync(original, copy, { recursive: true });
  const file = join(copy, 'data.mdb');
  const descriptor = openSync(file, 'r');
  const { size } = fstatSync(descriptor);
  closeSync(descriptor);
  damage(file, size);
  return copy;
}

function flipBytes(seed: number, count: number) {
  return (file: string, length: number): void => {
    const random = randomNumbers(seed);
    const descriptor = openSync(file, 'r+');
    for (let flipped = 0; flipped < count; flipped++) {
      const offset = Math.floor(random() * length);
      const byte = Buffer.alloc(1);
      readSync(descriptor, byte, 0, 1, offset);
      byte[0] = (byte[0] ?? 0) ^ (1 + Math.floor(random() * 255));
      writeSync(descriptor, byte, 0, 1, offset);
    }
    closeSync(descriptor);
  };
}

function zeroTail(file: string, length: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(4_096), 0, 4_096, length - 4_096);
  closeSync(descriptor);
}

describe('flipped bytes', () => {
  it('are found by verify, or lie where nothing is stored', async () => {
    let found = 0;
    for (let seed = 1; seed <= rounds(10, 200); seed++) {
      const copy = damagedCopy(flipBytes(seed, 4));
      const { code, output, complaints } = await runCommand(['verify', copy]);
      if (code === 0) expect(hashIn(output), `seed ${seed}`).toBe(hash);
      else expect(complaints, `seed ${seed}`).not.toBe('');
      if (code !== 0) found++;
      rmSync(copy, { recursive: true });
    }
    expect(found).toBeGreaterThan(0);
  });

  it('never reach a reader: what is served is what was stored, or an error', async () => {
    const stored = new Map(events.map((resolved) => [resolved.event?.id, resolved.event]));
    let failures = 0;
    for (let seed = 1; seed <= rounds(4, 60); seed++) {
      const copy = damagedCopy(flipBytes(seed, 400));
      const store = await launchStore({ directory: copy }).catch(() => undefined);
      const readings = store
        ? [
            store.client.readAll(),
            ...Array.from({ length: STREAMS }, (_, n) => store.client.readStream(`stream-${n}`)),
          ]
        : [];
      for (const reading of readings) {
        try {
          for await (const { event } of reading) expect(event).toEqual(stored.get(event?.id));
        } catch (error) {
          if (error instanceof Error && error.name === 'AssertionError') throw error;
          failures++;
        }
      }
      if (!store) failures++;
      await store?.client.dispose();
      await store?.kill('SIGKILL');
      rmSync(copy, { recursive: true });
    }
    expect(failures).toBeGreaterThan(0);
  });
});

describe('a file that lost its end', () => {
  it.each([1, 4_096, 65_536, 200_000])(
    'of %i bytes is said, and served only if all events are there',
    async (bytes) => {
      const copy = damagedCopy((file, length) => truncateSync(file, length - bytes));
      const verified = await runCommand(['verify', copy]);
      expect(verified.code).toBe(1);
      expect(verified.complaints).toContain('should have');
      const started = await launchStore({ directory: copy }).catch((error: unknown) => String(error));
      if (typeof started === 'string') {
        expect(started).toMatch(/should have .* checking every event\n.*is damaged/s);
        return;
      }
      expect(started.complaints()).toMatch(/should have .* checking every event/);
      expect(await collect(started.client.readAll())).toEqual(events);
      await started.kill('SIGTERM');
    },
  );

  it('by more than is free is refused', async () => {
    const copy = damagedCopy((file, length) => truncateSync(file, Math.floor(length / 2)));
    await expect(launchStore({ directory: copy })).rejects.toThrow(/should have/);
  });

  it('and has zeros there instead is found, or nothing was stored there', async () => {
    const copy = damagedCopy(zeroTail);
    const { code, output, complaints } = await runCommand(['verify', copy]);
    if (code === 0) expect(hashIn(output)).toBe(hash);
    else expect(complaints).not.toBe('');
  });
});

describe('a directory', () => {
  it('that holds something else is refused', async () => {
    const copy = damagedCopy((file) => truncateSync(file, 100));
    const { code, complaints } = await runCommand(['--data', copy, '--port', '0', '--insecure']);
    expect(code).toBe(1);
    expect(complaints).toMatch(/damaged/);
  });

  it('that another process serves is refused, and taken over when that process was killed', async () => {
    const copy = damagedCopy(() => undefined);
    const first = await launchStore({ directory: copy });
    const second = await runCommand(['--data', copy, '--port', '0', '--insecure']);
    expect(second.code).toBe(1);
    expect(second.complaints).toContain(`in use by process ${first.pid}`);
    await first.kill('SIGKILL');
    const third = await launchStore({ directory: copy });
    expect(await collect(third.client.readAll())).toHaveLength(events.length);
    await third.kill('SIGTERM');
  });
});
