import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bool,
  bytes,
  float32,
  int32,
  int64,
  mark,
  message,
  nested,
  optional,
  repeated,
  text,
  uint,
} from './message.ts';
import { MalformedMessageError } from './wire-reader.ts';

const inner = message({ name: text(3) });
const everything = message({
  uint: uint(1),
  int64: int64(2),
  int32: int32(3),
  bool: bool(4),
  float32: float32(5),
  text: text(6),
  bytes: bytes(7),
  mark: mark(8),
  nested: nested(9, inner),
  optional: optional(uint(10)),
  repeated: repeated(text(11)),
  messages: repeated(nested(200, inner)),
});

describe('a message', () => {
  it('decodes to what was encoded', () => {
    const content = fc.record({
      uint: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      int64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      int32: fc.integer(),
      bool: fc.boolean(),
      float32: fc.float({ noNaN: true }),
      text: fc.string({ unit: 'grapheme' }),
      bytes: fc.uint8Array().map((array) => Buffer.from(array)),
      mark: fc.boolean(),
      nested: fc.option(fc.record({ name: fc.string() }), { nil: undefined }),
      optional: fc.option(fc.nat(), { nil: undefined }),
      repeated: fc.array(fc.string()),
      messages: fc.array(fc.record({ name: fc.string() })),
    });
    fc.assert(
      fc.property(content, (given) => {
        expect(everything.decode(everything.encode(given))).toEqual(given);
      }),
    );
  });

  it('passes over fields that it does not know', () => {
    const small = message({ optional: optional(uint(10)) });
    const encoded = everything.encode({ text: 'x', float32: 1, nested: { name: 'n' }, optional: 7 });
    expect(small.decode(encoded)).toEqual({ optional: 7 });
  });

  it('of random bytes decodes or says that it is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (random) => {
        try {
          everything.decode(Buffer.from(random));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
    );
  });
});
