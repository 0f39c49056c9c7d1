import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../json/canonical.ts';
import { leafEntry, leafHash } from './hash-definition.ts';
import { recordEntry } from './stored-entry.ts';

const event = {
  stream: 'message-0198a000-0000-7000-8000-000000000004',
  revision: 3n,
  position: 77n,
  id: '0198a000-0000-7000-8000-000000000005',
  type: 'MessageSent',
  data: { text: 'é', 10: 'ten', 9: 'nine' },
  metadata: undefined,
  created: new Date('2026-11-22T10:00:00.250Z'),
};
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('the leaf of an event is its stamp, name and place over the hashes of its stored bytes', () => {
  const { stored, data, metadata } = recordEntry(event);
  expect(data).toBe('{"10":"ten","9":"nine","text":"é"}');
  expect(metadata).toBeNull();
  const entry =
    `{"created":"2026-11-22T10:00:00.250Z","dataSha256":"${sha256(data ?? '')}",` +
    '"eventId":"0198a000-0000-7000-8000-000000000005",' +
    `"metadataSha256":"${sha256('')}","revision":3,` +
    '"stream":"message-0198a000-0000-7000-8000-000000000004","type":"MessageSent","v":1}';
  expect(leafEntry(stored)).toBe(entry);
  expect(leafHash(leafEntry(stored)).toString('hex')).toBe(
    createHash('sha256').update(Buffer.of(0)).update(entry).digest('hex'),
  );
});

test('the text of parsed JSON is its canonical form, whatever the order of its keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (data) => {
      const parsed: unknown = JSON.parse(JSON.stringify(data));
      expect(recordEntry({ ...event, data: parsed }).data).toBe(canonicalJson(parsed));
      const stored: unknown = JSON.parse(canonicalJson(parsed));
      expect(recordEntry({ ...event, data: stored }).data).toBe(canonicalJson(parsed));
    }),
  );
});

test('bytes that are no JSON are hashed as they are', () => {
  const bytes = Buffer.from([0, 255, 7]);
  expect(recordEntry({ ...event, data: bytes })).toMatchObject({
    data: null,
    stored: { dataSha256: createHash('sha256').update(bytes).digest('hex') },
  });
});

test('a value without a canonical form still has a leaf', () => {
  expect(recordEntry({ ...event, data: { text: '\ud800' } }).data).toBe('{"text":"\\ud800"}');
});
