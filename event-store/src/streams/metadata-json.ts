import { z } from 'zod';

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** More digits than a double keeps. */
const LONG_INTEGER = /^-?\d{16,}$/;
const MARK = 'long-integer:';
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, 'g');

const objectSchema = z.record(z.string(), z.unknown());

/** The same metadata with another `$tb`. Integers that JavaScript's numbers would blur are carried over as text. */
export function setTruncateBefore(metadata: string, truncateBefore: number): string {
  const marked = metadata.replace(STRING_OR_NUMBER, (token) =>
    LONG_INTEGER.test(token) ? `"${MARK}${token}"` : token,
  );
  return JSON.stringify({ ...parseObject(marked), $tb: truncateBefore }).replace(MARKED, '$1');
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return objectSchema.catch({}).parse(JSON.parse(text));
  } catch {
    return {};
  }
}
