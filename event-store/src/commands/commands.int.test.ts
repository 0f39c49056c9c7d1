import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binaryEvent, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEventStore, type EventStoreServer } from '../server.ts';
import { collect, oneEvent, someEvents } from '../testing/events.ts';
import { launchStore, runCommand } from '../testing/store-process.ts';
import { temporaryDirectory } from '../testing/test-store.ts';

const root = temporaryDirectory();
const data = join(root, 'data');
let server: EventStoreServer | undefined;
let client: EventStoreDBClient | undefined;

/** The commands run beside this server, which goes on serving. */
beforeAll(async () => {
  server = await startEventStore({ directory: data, port: 0, insecure: true });
  client = EventStoreDBClient.connectionString(server.connectionString);
  await client.appendToStream('text', [
    jsonEvent({ type: 'T', data: { text: 'Ę \u2028 \n' } }),
    ...someEvents(20),
  ]);
  await client.appendToStream('bytes', binaryEvent({ type: 'B', data: Uint8Array.of(0xff, 0, 0xfe) }));
  await client.appendToStream('gone', oneEvent());
  await client.tombstoneStream('gone');
});
afterAll(async () => {
  await client?.dispose();
  await server?.stop();
  rmSync(root, { recursive: true });
});

const hashOf = (output: string): string => /hash:? (\w+)/.exec(output)?.[1] ?? 'none';

async function hashNow(): Promise<string> {
  return hashOf((await runCommand(['verify', data])).output);
}

describe('beside a running server', () => {
  it('verify checks all events and tells their hash', async () => {
    const { code, output } = await runCommand(['verify', data]);
    expect(code).toBe(0);
    expect(output).toMatch(/^verified \d+ events in \d+ streams in [\d.]+ s\nhash [0-9a-f]{64}\n$/);
  });

  it('stats tells how much there is', async () => {
    const { output } = await runCommand(['stats', data]);
    expect(output).toMatch(/^events: \d+\nstreams: \d+\nbytes on disk: \d+\nhash: [0-9a-f]{64}\n$/);
    expect(hashOf(output)).toBe(await hashNow());
  });

  it('backup makes a store that is the same and can be served', async () => {
    const copy = join(root, 'copy');
    const appending = client?.appendToStream('meanwhile', someEvents(50));
    expect(await runCommand(['backup', data, copy])).toMatchObject({ code: 0 });
    await appending;
    const store = await launchStore({ directory: copy });
    expect(await collect(store.client.readStream('text'))).toHaveLength(21);
    await expect(collect(store.client.readStream('gone'))).rejects.toMatchObject({ type: 'stream-deleted' });
    expect(await runCommand(['backup', data, copy])).toMatchObject({ code: 2 });
  });
});

describe('beside a server that is writing', () => {
  it.each([['verify'], ['backup'], ['export']])('%s finds a whole store', async (command) => {
    const done = new AbortController();
    const writing = (async () => {
      while (!done.signal.aborted) await client?.appendToStream('written-meanwhile', oneEvent());
    })();
    const target = command === 'verify' ? [] : [join(root, `${command}-meanwhile`)];
    const { code, complaints } = await runCommand([command, data, ...target]);
    done.abort();
    await writing;
    expect([code, complaints]).toEqual([0, '']);
  });
});

describe('export and import', () => {
  it('make the same store again, to the hash', async () => {
    const file = join(root, 'events.ndjson');
    const copy = join(root, 'imported');
    expect(await runCommand(['export', data, file])).toMatchObject({ code: 0 });
    const { code, output } = await runCommand(['import', copy, file]);
    expect(code).toBe(0);
    expect(hashOf(output)).toBe(await hashNow());
    expect(await runCommand(['verify', copy])).toMatchObject({ code: 0 });
    const store = await launchStore({ directory: copy });
    const read = async (from: EventStoreDBClient, stream: string) =>
      (await collect(from.readStream(stream))).map(({ event }) => event);
    for (const stream of ['text', 'bytes']) {
      expect(await read(store.client, stream)).toEqual(client && (await read(client, stream)));
    }
    await expect(store.client.appendToStream('gone', oneEvent())).rejects.toMatchObject({
      type: 'stream-deleted',
    });
    await store.kill('SIGTERM');
    expect(await runCommand(['import', copy, file])).toMatchObject({ code: 2 });
  });

  it('refuse an export that is not whole, or not what it was', async () => {
    const file = join(root, 'broken.ndjson');
    await runCommand(['export', data, file]);
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.slice(0, whole.lastIndexOf('\n', whole.length - 2) + 1));
    const cut = await runCommand(['import', join(root, 'cut'), file]);
    expect(cut).toMatchObject({ code: 1 });
    expect(cut.complaints).toMatch(/not whole/);
    writeFileSync(file, whole.replace('SomethingHappened', 'SomethingElse'));
    const forged = await runCommand(['import', join(root, 'forged'), file]);
    expect(forged).toMatchObject({ code: 1 });
    expect(forged.complaints).toMatch(/not those that were exported/);
  });
});

describe('the command line', () => {
  it.each([[['--help']], [['verify', '--help']], [['serve', '--help']]])('%j explains', async (args) => {
    const { code, output } = await runCommand(args);
    expect(code).toBe(0);
    expect(output).toContain('usage: verbatim-event-store');
  });

  it.each([[[]], [['verify']], [['nonsense']], [['--data', 'x', '--port', 'soon']], [['--bogus']]])(
    '%j is told what is wrong',
    async (args) => {
      const { code, complaints } = await runCommand(args);
      expect(code).toBe(2);
      expect(complaints).toContain('--help');
    },
  );

  it('a directory without a store is an error', async () => {
    const { code, complaints } = await runCommand(['verify', join(root, 'nothing')]);
    expect(code).toBe(1);
    expect(complaints).toContain('holds no event store');
  });
});
