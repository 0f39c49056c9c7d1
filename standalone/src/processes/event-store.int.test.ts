import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const script = fileURLToPath(new URL('../../dist/processes/event-store.js', import.meta.url));
/** Counted per thread: the start needs fewer on any one. */
const FIRST_FAILING_SYNC = 12;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts the process under strace, which makes its syncs fail after a while. */
async function startWithFailingDisk() {
  const directory = mkdtempSync(path.join(tmpdir(), 'verbatim-store-process-'));
  const port = await freePort();
  const failing = `inject=fdatasync:error=EIO:when=${FIRST_FAILING_SYNC}+`;
  const strace = ['-D', '-f', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e', failing];
  const child = spawn('strace', [...strace, process.execPath, script], {
    env: {
      PATH: process.env.PATH,
      UV_THREADPOOL_SIZE: '1',
      EVENT_STORE_DIRECTORY: directory,
      EVENT_STORE_PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });
  await once(child, 'message');
  return { port, exited, complaints: () => complaints };
}

it('the process ends when its disk fails, so that the store is opened anew', async () => {
  const store = await startWithFailingDisk();
  const append = () =>
    fetch(`http://127.0.0.1:${store.port}/streams/some`, {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json', 'ES-EventType': 'Some' },
    }).then(
      ({ status }) => status,
      () => 'cut off',
    );
  const answers: unknown[] = [];
  while (answers.at(-1) !== 'cut off') answers.push(await append());
  expect(await store.exited).toBe(1);
  expect(store.complaints()).toContain('the disk has failed');
  expect(new Set(answers)).toEqual(new Set([201, 'cut off']));
});
