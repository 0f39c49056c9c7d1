import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ANY } from '@eventstore/db-client';
import { describe, expect, it, vi } from 'vitest';
import { collect, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { timeLimitMs } from '../testing/rounds.ts';
import { isInstalled, launchStore, type StoreProcess } from '../testing/store-process.ts';
import { temporaryDirectory } from '../testing/test-store.ts';

vi.setConfig({ testTimeout: timeLimitMs() });
const hasStrace = isInstalled('strace', 'strace');
const hasPrlimit = isInstalled('prlimit', 'util-linux');

async function storedIds(store: StoreProcess): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { event } of store.client.readAll()) if (event) ids.add(event.id);
  return ids;
}

describe.runIf(hasStrace)('when the disk fails to sync', () => {
  it('the store says so, exits, and has neither lost an answered append nor kept a refused one', async () => {
    const directory = temporaryDirectory();
    const trace = join(directory, 'strace.txt');
    const store = await launchStore({
      directory: join(directory, 'data'),
      // One thread does all commits, so that "from the 30th on" counts them all.
      environment: { UV_THREADPOOL_SIZE: '1' },
      under: [
        'strace',
        '-D',
        '-f',
        '-o',
        trace,
        '-e',
        'trace=fdatasync',
        '-e',
        'inject=fdatasync:error=EIO:when=30+',
      ],
    });
    const acknowledged: string[] = [];
    const refused: string[] = [];
    const append = async (): Promise<void> => {
      const event = oneEvent();
      try {
        await store.client.appendToStream(newStream(), event, { expectedRevision: ANY, deadline: 5_000 });
        acknowledged.push(event.id);
      } catch (error) {
        const isDefinite = !['unavailable', 'cancelled', 'deadline-exceeded'].includes(typeOf(error));
        if (isDefinite) refused.push(event.id);
      }
    };
    const goOn = async (): Promise<'running'> => {
      await Promise.all([append(), append(), append()]);
      return 'running';
    };
    while ((await Promise.race([goOn(), store.exited])) === 'running');

    expect(await store.exited).toBe(1);
    expect(store.complaints()).toMatch(/the disk has failed/);
    expect(readFileSync(trace, 'utf8')).toContain('INJECTED');
    expect(acknowledged.length).toBeGreaterThan(20);

    const again = await launchStore({ directory: join(directory, 'data') });
    const stored = await storedIds(again);
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    expect(refused.filter((id) => stored.has(id))).toEqual([]);
    await again.client.appendToStream(newStream(), oneEvent());
    await again.client.dispose();
    await again.kill('SIGTERM');
    rmSync(directory, { recursive: true });
  });

  it('no event is seen by anybody before its sync is done', async () => {
    const directory = temporaryDirectory();
    const delayMs = 400;
    const store = await launchStore({
      directory: join(directory, 'data'),
      under: [
        'strace',
        '-D',
        '-f',
        '-o',
        '/dev/null',
        '-e',
        'trace=fdatasync',
        '-e',
        `inject=fdatasync:delay_enter=${delayMs * 1_000}`,
      ],
    });
    const stream = newStream();
    const seen: number[] = [];
    let isWithSubscriber = false;
    const subscription = store.client.subscribeToStream(stream).on('data', () => {
      isWithSubscriber = true;
      seen.push(Date.now());
    });
    await new Promise((resolve) => subscription.once('caughtUp', resolve));
    const startedAt = Date.now();
    const appending = store.client.appendToStream(stream, oneEvent());
    // On a busy machine a read may take longer than the sync: it sees nothing, or is answered after it.
    await collect(store.client.readStream(stream)).then(
      () => seen.push(Date.now()),
      (error: unknown) => expect(error).toMatchObject({ type: 'stream-not-found' }),
    );
    await appending;
    seen.push(Date.now());
    await eventually('the subscriber has it', () => isWithSubscriber);
    for (const seenAt of seen) expect(seenAt - startedAt).toBeGreaterThanOrEqual(delayMs);
    await store.client.dispose();
    await store.kill('SIGTERM');
    rmSync(directory, { recursive: true });
  });
});

describe.runIf(hasPrlimit)('when the disk is full', () => {
  it('appends are refused and nothing of them is stored, reads go on, and room brings appends back', async () => {
    const directory = temporaryDirectory();
    const data = join(directory, 'data');
    mkdirSync(data);
    const limitBytes = 2 * 1024 * 1024;
    const store = await launchStore({
      directory: data,
      under: ['prlimit', `--fsize=${limitBytes}:unlimited`],
    });
    const acknowledged: string[] = [];
    const refused: string[] = [];
    const stream = newStream();
    while (refused.length < 5) {
      const events = someEvents(100).map((event) => ({ ...event, data: { text: 'x'.repeat(1_000) } }));
      const ids = events.map(({ id }) => id);
      try {
        await store.client.appendToStream(stream, events);
        acknowledged.push(...ids);
      } catch (error) {
        expect(String(error)).toMatch(/disk is full/i);
        refused.push(...ids);
      }
    }
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(statSync(join(data, 'data.mdb')).size).toBeLessThanOrEqual(limitBytes);
    const whileFull = await storedIds(store);
    expect(acknowledged.every((id) => whileFull.has(id))).toBe(true);
    expect(refused.some((id) => whileFull.has(id))).toBe(false);

    spawnSync('prlimit', ['--pid', String(store.pid), '--fsize=unlimited']);
    const event = oneEvent();
    await store.client.appendToStream(stream, event);
    expect((await storedIds(store)).has(event.id)).toBe(true);
    expect(await Promise.race([store.exited, Promise.resolve('running')])).toBe('running');
    await store.client.dispose();
    await store.kill('SIGTERM');
    rmSync(directory, { recursive: true });
  });
});

function typeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : 'unknown';
}
