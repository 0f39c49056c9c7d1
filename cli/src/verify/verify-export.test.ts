import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyExport } from './verify-export.ts';

const sample = (name: string): string => fileURLToPath(new URL(`./samples/${name}`, import.meta.url));
let directory: string;
let verifierKey: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-verify-'));
  verifierKey = await readFile(sample('verifier-key.txt'), 'utf8');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What is found wrong with these bytes, a file that cannot even be opened included. */
async function faultsOf(bytes: Buffer): Promise<readonly string[]> {
  const file = path.join(directory, 'changed.zip');
  await writeFile(file, bytes);
  try {
    return (await verifyExport(file, { verifierKey })).faults.map(({ what }) => what);
  } catch (error) {
    return [String(error)];
  }
}

describe('an export that an instance made', () => {
  test.each(['everything.zip', 'room.zip'])('%s is what was signed', async (name) => {
    const report = await verifyExport(sample(name), { verifierKey });
    expect(report.faults).toEqual([]);
    expect(report.events).toBeGreaterThan(0);
    expect(report.isKeyItsOwn).toBe(false);
  });

  test('of everything is held against the checkpoints published within it', async () => {
    const { checkpointsHeld, events, treeSize } = await verifyExport(sample('everything.zip'), {
      verifierKey,
    });
    expect(checkpointsHeld).toBe(1);
    expect(events).toBe(treeSize);
  });

  test('is not what anybody else signed', async () => {
    const other = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const { faults } = await verifyExport(sample('room.zip'), { verifierKey: other });
    expect(faults.map(({ what }) => what).join()).toContain('not signed by PeterNeumann');
  });

  test('is found out wherever a byte of it is changed', async () => {
    const bytes = await readFile(sample('room.zip'));
    const step = Math.ceil(bytes.length / 80);
    for (let at = 0; at < bytes.length; at += step) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
      expect([at, (await faultsOf(changed)).length > 0]).toEqual([at, true]);
    }
  });

  test('is found out when its end is missing or something follows it', async () => {
    const bytes = await readFile(sample('room.zip'));
    expect(await faultsOf(bytes.subarray(0, -1))).not.toEqual([]);
    expect(await faultsOf(bytes.subarray(0, bytes.length / 2))).not.toEqual([]);
    expect(await faultsOf(Buffer.concat([bytes, Buffer.from('x')]))).not.toEqual([]);
  });
});
