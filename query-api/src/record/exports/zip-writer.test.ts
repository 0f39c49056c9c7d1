import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import yauzl from 'yauzl';
import { streamed } from './fixture.ts';
import { ZipWriter } from './zip-writer.ts';

type Files = Readonly<Record<string, readonly string[]>>;

async function zip(files: Files): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const writer = new ZipWriter((bytes) => {
    pieces.push(Buffer.from(bytes));
    return Promise.resolve();
  });
  for (const [name, texts] of Object.entries(files)) await writer.add(name, streamed(texts));
  await writer.finish(32, (sha256) => sha256);
  return Buffer.concat(pieces);
}

async function unzip(bytes: Buffer): Promise<{ files: Record<string, string>; comment: string }> {
  const archive = await yauzl.fromBufferPromise(bytes);
  const files: Record<string, string> = {};
  for await (const entry of archive.eachEntry()) {
    let text = '';
    const stream = await archive.openReadStreamPromise(entry);
    stream.setEncoding('utf8');
    for await (const piece of stream) text += String(piece);
    files[entry.fileName] = text;
  }
  return { files, comment: archive.comment };
}

test('another reader finds every file as it was', async () => {
  const texts = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(texts, texts, async (one, other) => {
      const { files } = await unzip(await zip({ 'a.txt': one, 'räume/ö.csv': other }));
      expect(files).toEqual({ 'a.txt': one.join(''), 'räume/ö.csv': other.join('') });
    }),
    { numRuns: 30 },
  );
});

test('gives the same bytes whatever pieces a text comes in', async () => {
  const text = Array.from({ length: 40_000 }, (_, index) => `line ${index * 7}\n`).join('');
  const cut = (size: number) =>
    Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
      text.slice(index * size, (index + 1) * size),
    );
  const whole = await zip({ 'a.txt': [text] });
  for (const size of [1_000, 65_536, 100_003]) expect(await zip({ 'a.txt': cut(size) })).toEqual(whole);
});

test('the comment is made from all bytes before it', async () => {
  const bytes = await zip({ 'a.txt': ['a'] });
  const covered = createHash('sha256').update(bytes.subarray(0, -32)).digest();
  expect(bytes.subarray(-32)).toEqual(covered);
});

test('a source that fails fails the zip', async () => {
  const writer = new ZipWriter(() => Promise.resolve());
  async function* broken(): AsyncGenerator<string> {
    yield await Promise.resolve('a');
    throw new Error('the source broke');
  }
  await expect(writer.add('a.txt', broken())).rejects.toThrow('the source broke');
});
