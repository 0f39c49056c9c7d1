import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DestroyedKeyList, newId, personScope } from '@verbatim/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Destroyed } from './destroyed.ts';

const organizationId = newId();
const [listed, unlisted, living] = [newId(), newId(), newId()].map(personScope);
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-destroyed-'));
  const at = '2026-11-22T00:00:00.000Z';
  if (listed !== undefined)
    await new DestroyedKeyList(directory).add([{ organizationId, scope: listed, as: 'erased', at }]);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function surviving(scopes: readonly (readonly [string | undefined, string | null])[], accepts = false) {
  async function* lines() {
    for (const [scope, destroyed_as] of scopes)
      yield await Promise.resolve(JSON.stringify({ organization_id: organizationId, scope, destroyed_as }));
  }
  const destroyed = await Destroyed.listedIn(directory, accepts);
  const kept: unknown[] = [];
  for await (const line of destroyed.surviving({ schema: 'vault', table: 'key' }, lines()))
    kept.push((JSON.parse(line) as { scope: unknown }).scope);
  return kept;
}

test('no key comes back that is listed as destroyed', async () => {
  expect(
    await surviving([
      [listed, null],
      [listed, 'erased'],
      [living, null],
    ]),
  ).toEqual([living]);
});

test('a list is not the newest that lacks a key which was destroyed before the backup', async () => {
  const rows = [
    [unlisted, 'erased'],
    [living, null],
  ] as const;
  await expect(surviving(rows)).rejects.toThrow('--accept-lost-erasures');
  expect(await surviving(rows, true)).toEqual([unlisted, living]);
});
