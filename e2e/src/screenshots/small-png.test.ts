import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { pngOf, readPng } from './png.ts';
import { smallPng } from './small-png.ts';

const red = [255, 0, 0];
const grey = [9, 9, 9];
const blue = [0, 0, 255];

/** Two pixels wide; each row says by which filter it was written. */
function truecolour(...rows: readonly (readonly number[])[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(2, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, 2], 8);
  return pngOf(['IHDR', header], ['IDAT', deflateSync(Buffer.from(rows.flat()))]);
}

test('a picture is read whichever way its rows were filtered', () => {
  const { width, height, pixels } = readPng(
    truecolour(
      [0, ...red, ...grey],
      [1, ...red, 10, 9, 9], // to the left: (255 + 10) mod 256 is 9
      [2, 0, 0, 0, 0, 0, 0],
      [3, 128, 0, 0, 133, 5, 5],
      [4, 1, 0, 0, 0, 0, 0],
    ),
  );
  expect([width, height]).toEqual([2, 5]);
  expect([...pixels]).toEqual([
    ...[...red, ...grey],
    ...[...red, ...grey],
    ...[...red, ...grey],
    ...[255, 0, 0, 9, 9, 9],
    ...[0, 0, 0, 0, 9, 9],
  ]);
});

test('few colours stay what they are, one byte a pixel', () => {
  const small = smallPng(truecolour([0, ...red, ...blue], [0, ...blue, ...red]));
  const palette = small.subarray(small.indexOf('PLTE') + 4);
  expect([...palette.subarray(0, 6)].sort()).toEqual([...red, ...blue].sort());
});
