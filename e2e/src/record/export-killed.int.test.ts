import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  commandAnswer,
  exportView,
  importAnswer,
  newId,
  sessionView,
  type SessionView,
} from '@verbatim/shared/browser';
import { startInstance, type Instance } from '@verbatim/testing/instance';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../import/run-command.ts';

/** So many that an export is still being written when it is noticed that it has begun. */
const messages = 3_000;
const perRequest = 1_000;

let instance: Instance;
let owner: SessionView;
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), 'verbatim-export-'));
  instance = await startInstance();
  const account = { displayName: 'Olga', email: `${newId()}@e2e.test`, password: 'correct horse battery' };
  owner = sessionView.parse(
    await answerTo('POST', '/auth/sign-up', { organizationName: 'Works', ...account }),
  );
  for (let from = 0; from < messages; from += perRequest) {
    const items = Array.from({ length: perRequest }, (_, index) => itemOf(from + index));
    const { results } = importAnswer.parse(await answerTo('POST', '/chat/import', { items }));
    expect(results.filter(({ status }) => status !== 'imported')).toEqual([]);
  }
});
afterAll(async () => {
  await instance.remove();
  await rm(scratch, { recursive: true });
});

const itemOf = (number: number): object => ({
  sourceId: `message ${number}`,
  at: new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString(),
  as: { sourceUserId: 'ada', displayName: 'Ada' },
  command: { type: 'SendMessage', room: 'archive', text: `This was said as number ${number}.` },
});

async function ask(method: string, target: string, body?: unknown): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    ...(target.startsWith('/auth') ? {} : { authorization: `Bearer ${owner.accessToken}` }),
  };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(instance.origin + target, init);
  if (!response.ok) throw new Error(`${method} ${target}: ${response.status} ${await response.text()}`);
  return response;
}
const answerTo = async (method: string, target: string, body?: unknown): Promise<unknown> =>
  (await ask(method, target, body)).json();

test('an export that was being written when every process was killed is made after all, whole', async () => {
  const directory = path.join(instance.dataDirectory, 'exports');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const watcher = watch(directory);
  const begun = new Promise<void>((resolve) => {
    watcher.on('change', (_event, name) => {
      if (String(name).endsWith('.part')) resolve();
    });
  });
  const wanted = { format: 'csv', reason: 'asked for by the court' };
  const { id } = commandAnswer.parse(await answerTo('POST', '/audit/exports', wanted));
  await begun;
  await instance.kill();
  watcher.close();
  expect(await readdir(directory)).toEqual([`${id}.sealed.part`]);

  const { dataDirectory } = instance;
  instance = await startInstance({ dataDirectory, port: Number(new URL(instance.origin).port) });
  const made = async () => exportView.parse(await answerTo('GET', `/audit/exports/${id}`));
  await expect.poll(async () => (await made()).status, { timeout: 60_000 }).toBe('completed');

  expect(await readdir(directory)).toEqual([`${id}.sealed`]);
  const zip = Buffer.from(await (await ask('GET', `/audit/exports/${id}/download`)).arrayBuffer());
  expect(createHash('sha256').update(zip).digest('hex')).toBe((await made()).sha256);
  const file = path.join(scratch, 'export.zip');
  await writeFile(file, zip);
  const key = (await (await ask('GET', '/audit/key')).text()).trim();
  const verified = await runCommand('cli/bin/verbatim.mjs', ['audit', 'verify', file, '--key', key], {});
  expect([verified.exitCode, verified.output]).toEqual([0, expect.stringContaining('is what was signed by')]);
});
