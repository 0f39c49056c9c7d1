import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatUuid } from '../protobuf/uuid.ts';
import { chainAfter, chainOf, EMPTY_CHAIN, encodeRecord, isRecordIntact, MESSAGE_OFFSET } from './record.ts';
import { RecordedEvent } from './recorded-event.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const event = fc.record({
  id: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((array) => Buffer.from(array)),
  stream: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).map((name) => Buffer.from(name)),
  revision: fc.nat({ max: 2 ** 40 }),
  position: fc.nat({ max: 2 ** 40 }),
  type: text,
  contentType: fc.constantFrom('application/json', 'application/octet-stream'),
  createdTicks: fc.nat().map(String),
  metadata: bytes,
  data: bytes,
});

it('a record gives back what it was made of', () => {
  fc.assert(
    fc.property(event, (given) => {
      const read = new RecordedEvent(
        given.position,
        encodeRecord(given, EMPTY_CHAIN).subarray(MESSAGE_OFFSET),
      );
      const { revision, type, contentType, createdTicks } = given;
      expect(read).toMatchObject({ revision, type, contentType, createdTicks });
      expect(read.stream).toBe(given.stream.toString());
      expect(read.id).toBe(formatUuid(given.id));
      expect(read.isOfSystemStream).toBe(given.stream[0] === 0x24);
      expect(read.metadata.equals(given.metadata) && read.data.equals(given.data)).toBe(true);
    }),
  );
});

it('a record with any other byte is not intact', () => {
  fc.assert(
    fc.property(event, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, at, change) => {
      const record = encodeRecord(given, EMPTY_CHAIN);
      expect(isRecordIntact(record)).toBe(true);
      const offset = at % record.length;
      record[offset] = (record[offset] ?? 0) ^ change;
      expect(isRecordIntact(record)).toBe(false);
    }),
  );
});

it('each record continues the chain of the one before it', () => {
  fc.assert(
    fc.property(event, event, (first, second) => {
      const chain = chainOf(encodeRecord(first, EMPTY_CHAIN));
      const next = encodeRecord(second, chain);
      expect(chainAfter(chain, next).equals(chainOf(next))).toBe(true);
      expect(chainAfter(EMPTY_CHAIN, next).equals(chainOf(next))).toBe(false);
    }),
  );
});
