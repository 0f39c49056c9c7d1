import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineSplitter } from './line-splitter.ts';

test('gives the same lines however the bytes are cut', () => {
  const lines = fc.array(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '')));
  fc.assert(
    fc.property(lines, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (written, sizes) => {
      const bytes = Buffer.from(written.map((line) => `${line}\n`).join(''));
      const split = lineSplitter(1_000_000);
      const read: string[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        read.push(...split(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(read).toEqual(written.map((line) => Buffer.from(line).toString()));
    }),
  );
});

test('refuses a line that does not end', () => {
  const split = lineSplitter(10);
  expect(split(Buffer.from('12345678'))).toEqual([]);
  expect(() => split(Buffer.from('90ab'))).toThrow(RangeError);
});
