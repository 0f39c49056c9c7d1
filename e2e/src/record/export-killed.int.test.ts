import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { exportView, importAnswer } from '@verbatim/shared/browser';
import { startInstance, type Instance } from '@verbatim/testing/instance';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../import/run-command.ts';
import { ChatApi } from '../services/chat-api.ts';

/** So many that an export is still being written when it is noticed that it has begun. */
const messages = 3_000;
const perRequest = 1_000;

let instance: Instance;
let owner: ChatApi;
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), 'verbatim-export-'));
  instance = await startInstance();
  owner = await ChatApi.signUp({ commandApi: instance.origin, queryApi: instance.origin }, 'Olga');
  for (let from = 0; from < messages; from += perRequest) {
    const items = Array.from({ length: perRequest }, (_, index) => itemOf(from + index));
    const { results } = await owner.call('POST', '/chat/import', importAnswer, { items });
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

/** What is no JSON. */
async function bytesOf(target: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${owner.accessToken}` };
  const response = await fetch(instance.origin + target, { headers });
  expect([target, response.status]).toEqual([target, 200]);
  return Buffer.from(await response.arrayBuffer());
}

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
  const { id } = await owner.command('POST', '/audit/exports', wanted);
  await begun;
  await instance.kill();
  watcher.close();
  expect(await readdir(directory)).toEqual([`${id}.sealed.part`]);

  const { dataDirectory } = instance;
  instance = await startInstance({ dataDirectory, port: Number(new URL(instance.origin).port) });
  const made = () => owner.call('GET', `/audit/exports/${id}`, exportView);
  await expect.poll(async () => (await made()).status, { timeout: 60_000 }).toBe('completed');

  expect(await readdir(directory)).toEqual([`${id}.sealed`]);
  const zip = await bytesOf(`/audit/exports/${id}/download`);
  expect(createHash('sha256').update(zip).digest('hex')).toBe((await made()).sha256);
  const file = path.join(scratch, 'export.zip');
  await writeFile(file, zip);
  const key = String(await bytesOf('/audit/key')).trim();
  const verified = await runCommand('cli/bin/verbatim.mjs', ['audit', 'verify', file, '--key', key], {});
  expect([verified.exitCode, verified.output]).toEqual([0, expect.stringContaining('is what was signed by')]);
});
