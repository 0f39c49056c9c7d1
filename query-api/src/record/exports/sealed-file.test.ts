import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SealedFile } from './sealed-file.ts';

const key = randomBytes(32);
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-exports-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function readAll(file: SealedFile, withKey = key): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of file.read(withKey)) pieces.push(piece);
  return Buffer.concat(pieces);
}
const write = (file: SealedFile, pieces: readonly Uint8Array[]): Promise<void> =>
  file.write(key, async (sink) => {
    for (const piece of pieces) await sink(piece);
  });
const onDisk = () => path.join(directory, 'an-export.sealed');

describe('a sealed file', () => {
  test.each([0, 1, 65_535, 65_536, 65_537, 200_000])(
    'gives back %i bytes, however they came',
    async (size) => {
      const bytes = randomBytes(size);
      const file = new SealedFile(directory, 'an-export');
      await write(file, [bytes.subarray(0, size / 3), bytes.subarray(size / 3)]);
      expect((await readAll(file)).equals(bytes)).toBe(true);
    },
  );

  test('holds no readable word, and opens with its key alone', async () => {
    const file = new SealedFile(directory, 'an-export');
    await write(file, [Buffer.from('the plain words')]);
    expect((await readFile(onDisk())).includes('plain words')).toBe(false);
    await expect(readAll(file, randomBytes(32))).rejects.toThrow();
  });

  test('is refused when a byte is changed, the end is missing, or it is another file', async () => {
    const file = new SealedFile(directory, 'an-export');
    await write(file, [randomBytes(200_000)]);
    const sealed = await readFile(onDisk());
    await writeFile(path.join(directory, 'another.sealed'), sealed);
    await expect(readAll(new SealedFile(directory, 'another'))).rejects.toThrow();
    await truncate(onDisk(), 65_536 + 28);
    await expect(readAll(file)).rejects.toThrow();
    sealed.writeUInt8(sealed.readUInt8(100) ^ 1, 100);
    await writeFile(onDisk(), sealed);
    await expect(readAll(file)).rejects.toThrow();
  });

  test('does not exist when writing it was cut off', async () => {
    const file = new SealedFile(directory, 'an-export');
    const cut = file.write(key, async (sink) => {
      await sink(randomBytes(100_000));
      throw new Error('cut off');
    });
    await expect(cut).rejects.toThrow('cut off');
    expect(await file.exists()).toBe(false);
    await file.remove();
    expect(await readdir(directory)).toEqual([]);
  });
});
