import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CommandFailure } from '../command.ts';
import { readLines } from './read-lines.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'verbatim-lines-'));
});
afterEach(() => rm(directory, { recursive: true }));

const all = async (file: string) => {
  const lines = [];
  for await (const line of readLines(file)) lines.push(line);
  return lines;
};

test('lines have the numbers that an editor shows, packed or not', async () => {
  const expected = [
    { number: 1, text: 'one' },
    { number: 3, text: 'three' },
  ];
  await writeFile(join(directory, 'plain.jsonl'), 'one\n\nthree\n');
  await writeFile(join(directory, 'packed.jsonl.gz'), gzipSync('one\n\nthree'));
  expect(await all(join(directory, 'plain.jsonl'))).toEqual(expected);
  expect(await all(join(directory, 'packed.jsonl.gz'))).toEqual(expected);
});

test('a file that is not there, or is not what it says, is a clear failure', async () => {
  await writeFile(join(directory, 'broken.gz'), 'this was never packed');
  await expect(all(join(directory, 'missing'))).rejects.toThrow(CommandFailure);
  await expect(all(join(directory, 'broken.gz'))).rejects.toThrow(CommandFailure);
});
