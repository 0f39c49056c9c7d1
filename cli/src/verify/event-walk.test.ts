import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { Archive } from './archive.ts';
import { checkLine } from './check-lines.ts';
import { EventWalk, type Fault } from './event-walk.ts';
import { parseVerifierKey, type VerifierKey } from './verifier-key.ts';

const sample = (name: string): string => fileURLToPath(new URL(`./samples/${name}`, import.meta.url));
let lines: string[];
let key: VerifierKey;

beforeAll(async () => {
  key = parseVerifierKey(await readFile(sample('verifier-key.txt'), 'utf8'));
  const archive = await Archive.open(sample('everything.zip'));
  lines = (await archive.text('events.jsonl', 1_000_000)).trimEnd().split('\n');
  archive.close();
});

/** The first thing that is wrong with events of which nobody's signature is at hand. */
async function firstFault(events: readonly string[]): Promise<Fault | undefined> {
  const walk = new EventWalk(key, () => Promise.resolve(undefined));
  for (const line of events) {
    const fault = await walk.take(checkLine(line));
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const positionOf = (line: string | undefined): string =>
  /"position":"(?<at>\d+)"/.exec(line ?? '')?.groups?.at ?? '';
const saying = (words: string): number => lines.findIndex((line) => line.includes(words));

describe('a walk over events', () => {
  test('finds nothing wrong with them as they are', async () => {
    expect(await firstFault(lines)).toBeUndefined();
  });

  test.each([
    ['words', (line: string) => line.replace('third', 'other')],
    ['stored ciphertext', (line: string) => line.replace(/"box":"./, '"box":"_')],
    ['a stamp', (line: string) => line.replace(/"created":"20/, '"created":"19')],
    ['a revision', (line: string) => line.replace(/"revision":\d+/, '"revision":7')],
    ['a leaf hash', (line: string) => line.replace(/"leafHash":"./, '"leafHash":"_')],
    ['an author', (line: string) => line.replace(/("data":\{"authorId":")./, '$1_')],
    ['the key to words', (line: string) => line.replace(/,"contentKey":"[^"]+"/, '')],
  ])('names the event of which %s was changed', async (_what, change) => {
    const at = saying('third');
    const changed = change(lines[at] ?? '');
    expect(changed).not.toBe(lines[at]);
    expect((await firstFault(lines.with(at, changed)))?.position).toBe(positionOf(lines[at]));
  });

  test('names the event of which any byte of what is stored was flipped', async () => {
    const seed = 20_261_130;
    const anywhere = fc.record({
      line: fc.nat({ max: lines.length - 1 }),
      byte: fc.nat(),
      bit: fc.nat({ max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(anywhere, async ({ line, byte, bit }) => {
        const bytes = Buffer.from(lines[line] ?? '');
        const start = bytes.indexOf('"stored":') + '"stored":'.length;
        const at = start + (byte % (bytes.length - 1 - start));
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
        const fault = await firstFault(lines.with(line, bytes.toString()));
        const named = [positionOf(lines[line]), `after ${positionOf(lines[line - 1]) || '-1'}`];
        expect([line, at, bit, named.includes(fault?.position ?? '')]).toEqual([line, at, bit, true]);
      }),
      { seed, numRuns: 300 },
    );
  });

  test('names the event where one is missing, doubled or out of order', async () => {
    const at = saying('third');
    const [before, line = '', after = ''] = lines.slice(at - 1, at + 2);
    expect(before).toBeDefined();
    expect((await firstFault(lines.toSpliced(at, 1)))?.position).toBe(positionOf(after));
    expect((await firstFault(lines.toSpliced(at, 0, line)))?.position).toBe(positionOf(line));
    expect((await firstFault(lines.with(at, after).with(at + 1, line)))?.position).toBe(positionOf(after));
  });
});
