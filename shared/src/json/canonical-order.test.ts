import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical.ts';
import { inCanonicalOrder } from './canonical-order.ts';

const key = fc
  .string({ unit: 'grapheme' })
  .filter((text) => !/^(?:0|[1-9]\d*)$/.test(text) && text !== '__proto__' && text !== 'toJSON');
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('json')),
    fc.dictionary(key, tie('json')),
  ),
}));

describe('the canonical order', () => {
  it('makes JSON.stringify write the canonical bytes', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.stringify(inCanonicalOrder(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('is the value itself when there is nothing to change', () => {
    const value = { a: [{ b: 1, c: 'x' }], d: null };
    expect(inCanonicalOrder(value)).toBe(value);
  });

  const cycle: Record<string, unknown> = {};
  cycle['itself'] = cycle;
  it.each([
    ['a lone surrogate', { a: '\ud800' }],
    ['a lone surrogate in a key', { '\ud800': 1 }],
    ['NaN', { a: Number.NaN }],
    ['a bigint', { a: 1n }],
    ['a function', { a: () => 1 }],
    ['a date', { a: new Date(0) }],
    ['a cycle', cycle],
    ['a key that is an index', { b: 1, 1: 2 }],
  ])('does not exist for %s', (_, value) => expect(() => inCanonicalOrder(value)).toThrow(TypeError));
});
