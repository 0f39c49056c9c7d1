import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPartLog } from './part-log.ts';
import { RotatingFile } from './rotating-file.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-logs-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the log of a part', () => {
  it('keeps everything and shows warnings and worse in a short form', async () => {
    const shown: string[] = [];
    const file = path.join(directory, 'front.log');
    const log = openPartLog(file, 'front', (line) => shown.push(line.replace(/^\S+ /, '')));
    const lines = [
      '{"level":"info","msg":"started"}',
      '{"level":"warn","msg":"slow","err":{"message":"took 3 s"}}',
      '{"level":"error","msg":"cut off',
      'not an entry',
    ];
    for (const line of lines) log.write(line);
    log.close();

    expect(await readFile(file, 'utf8')).toBe(`${lines.join('\n')}\n`);
    expect(shown).toEqual(['front warn: slow (took 3 s)']);
    expect(log.lastLines()).toEqual(['started', 'slow (took 3 s)', ...lines.slice(2)]);
  });

  it('never grows beyond two files of its bound, and keeps the newest lines', async () => {
    const file = path.join(directory, 'busy.log');
    const target = new RotatingFile(file, 100);
    for (let number = 0; number < 50; number += 1) target.write(`line ${number}`);
    target.close();

    expect((await readdir(directory)).sort()).toEqual(['busy.log', 'busy.log.1']);
    expect((await stat(file)).size).toBeLessThanOrEqual(100);
    expect((await stat(`${file}.1`)).size).toBeLessThanOrEqual(100);
    expect(await readFile(file, 'utf8')).toMatch(/line 49\n$/);
  });

  it('goes on where the last start ended', async () => {
    const file = path.join(directory, 'front.log');
    for (const word of ['first', 'second']) {
      const target = new RotatingFile(file);
      target.write(word);
      target.close();
    }

    expect(await readFile(file, 'utf8')).toBe('first\nsecond\n');
  });
});
