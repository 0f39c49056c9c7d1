import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { newId, type ExportView, type SessionView } from '@verbatim/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportAction } from './export.ts';

const id = newId();
const session: SessionView = {
  organization: { id: newId(), name: 'Works' },
  user: { id: newId(), displayName: 'Olga', email: 'olga@example.org', role: 'owner' },
  accessToken: 'a token',
  expiresIn: 600,
};
const made: ExportView = {
  id,
  status: 'completed',
  format: 'jsonl',
  reason: 'a test',
  filters: {},
  requested: { at: '2026-11-22T00:00:00.000Z', by: session.user.id },
  progress: { done: 1, total: 1 },
  sha256: 'none',
  bytes: 1_000,
};

let directory: string;
let server: Server;

/** An instance that cuts every download off in the middle, as one does when somebody is erased meanwhile. */
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-cut-'));
  server = createServer((request, response) => {
    if (request.url?.endsWith('/download') !== true) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url === '/auth/login' ? session : made));
      return;
    }
    response.setHeader('content-length', String(made.bytes));
    response.write('words in the clear', () => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  await rm(directory, { recursive: true, force: true });
});

it('leaves nothing of an export behind that was cut off', async () => {
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const file = path.join(directory, 'export.zip');
  const args = [file, '--id', id, '--origin', origin, '--email', 'olga@example.org', '--password', 'secret'];
  await expect(exportAction.run(args)).rejects.toThrow('The download was cut off.');
  expect(await readdir(directory)).toEqual([]);
});
