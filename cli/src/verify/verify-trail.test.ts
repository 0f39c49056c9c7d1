import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { leafEntry, leafHash, nodeHash, sha256Hex } from '@verbatim/shared/record-hash';
import { expect, test } from 'vitest';
import { verifyTrail } from './verify-trail.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const name = 'verbatim.test';
const [keyHash, verifierKey] = keyOf(publicKey);
const organization = '0198a000-0000-7000-8000-000000000001';

function keyOf(key: KeyObject): [Buffer, string] {
  const { x = '' } = key.export({ format: 'jwk' });
  const bytes = Buffer.concat([Buffer.of(1), Buffer.from(x, 'base64url')]);
  const hash = createHash('sha256').update(`${name}\n`).update(bytes).digest().subarray(0, 4);
  return [hash, `${name}+${hash.toString('hex')}+${bytes.toString('base64')}`];
}

/** A page of a trail of one event, the third of five. */
function page(change: { readonly origin?: string } = {}): string {
  const data = { messageId: 'm', roomId: 'r' };
  const metadata = { occurredAt: '2026-11-22T10:00:00.000Z', organizationId: organization };
  const stored = {
    stream: 'message-m',
    revision: 0,
    eventId: 'e',
    type: 'MessagePinned',
    created: '2026-11-22T10:00:00.000Z',
    dataSha256: sha256Hex(JSON.stringify(data)),
    metadataSha256: sha256Hex(JSON.stringify(metadata)),
  };
  const [one, two, three, four, five] = ['1', '2', leafEntry(stored), '4', '5'].map((entry) =>
    leafHash(entry),
  );
  if (!one || !two || !three || !four || !five) throw new Error('five leaves');
  const left = nodeHash(one, two);
  const root = nodeHash(nodeHash(left, nodeHash(three, four)), five);
  const text = `${change.origin ?? `${name}/${organization}`}\n5\n${root.toString('base64')}\n`;
  const signature = Buffer.concat([keyHash, sign(null, Buffer.from(text), privateKey)]);
  const item = {
    position: '77',
    leafIndex: 2,
    leafHash: three.toString('base64'),
    eventId: 'e',
    type: 'MessagePinned',
    at: metadata.occurredAt,
    organization,
    room: null,
    actor: { id: null },
    context: { sessionId: null },
    correlationId: null,
    causationId: null,
    content: null,
    data,
    stored: { ...stored, data, metadata },
    inclusion: {
      leafIndex: 2,
      treeSize: 5,
      hashes: [four, left, five].map((hash) => hash.toString('base64')),
    },
  };
  const checkpoint = `${text}\n— ${name} ${signature.toString('base64')}\n`;
  return JSON.stringify({ items: [item], nextCursor: null, checkpoint, verifierKey });
}

const faultsIn = (text: string) => verifyTrail(text, verifierKey).faults;

test('a trail as it was signed has no faults', () => {
  expect(verifyTrail(page(), undefined)).toMatchObject({
    faults: [],
    events: 1,
    treeSize: 5,
    isKeyItsOwn: true,
  });
});

test.each([
  [
    'the stored data',
    '"data":{"messageId":"m","roomId":"r"},"metadata"',
    '"data":{"messageId":"n","roomId":"r"},"metadata"',
  ],
  [
    'what is shown of them',
    '"data":{"messageId":"m","roomId":"r"},"stored"',
    '"data":{"messageId":"n","roomId":"r"},"stored"',
  ],
  ['the stamp', '"created":"2026', '"created":"2025'],
  ['the time', '"at":"2026', '"at":"2025'],
  ['the place in the tree', '"leafIndex":2,"treeSize"', '"leafIndex":3,"treeSize"'],
  ['the size of the tree', '"treeSize":5', '"treeSize":6'],
  ['the one who did it', '"actor":{"id":null}', '"actor":{"id":"somebody"}'],
  [
    'the organization',
    `"organization":"${organization}"`,
    `"organization":"${organization.replace('1', '2')}"`,
  ],
])('names the event of which %s was changed', (_what, from, to) => {
  const changed = page().replace(from, to);
  expect(changed).not.toBe(page());
  expect(faultsIn(changed)).toMatchObject([{ position: '77' }]);
});

test('a proof with too few or too many hashes, or another key, proves nothing', () => {
  const shorter = page().replace(/"hashes":\["[^"]+",/, '"hashes":[');
  const longer = page().replace(/"hashes":\[(?<first>"[^"]+",)/, '"hashes":[$1$1');
  for (const changed of [shorter, longer]) expect(faultsIn(changed)).toHaveLength(1);
  const other = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  expect(verifyTrail(page(), other).faults).not.toEqual([]);
  expect(faultsIn(page({ origin: `${name}/another` }))).toMatchObject([{ position: '77' }]);
});
