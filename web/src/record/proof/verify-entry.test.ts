import type { ProvenEntryView } from '@verbatim/shared/browser';
import { describe, expect, it } from 'vitest';
import { fromBase64, joined, sha256, toBase64, toHex, utf8, type Bytes } from './bytes.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { sealOf, type TrailPlace } from './verify-entry.ts';

Object.assign(globalThis, { isSecureContext: true }); // as in a page of localhost or https

const organization = '0198a000-0000-7000-8000-000000000001';
const name = 'verbatim.test';
const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
if (!('privateKey' in pair)) throw new Error('a pair of keys');
const publicBytes = joined([1], new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
const keyHash = (await sha256(joined(utf8(`${name}\n`), publicBytes))).slice(0, 4);
const verifierKey = `${name}+${toHex(keyHash)}+${toBase64(publicBytes)}`;

async function sign(text: string): Promise<string> {
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, utf8(text)));
  return `${text}\n— ${name} ${toBase64(joined(keyHash, signature))}\n`;
}

/** A message's event, the second of two, and the signed note over both. */
async function proven({ revision } = { revision: 0 }): Promise<{ entry: ProvenEntryView; note: string }> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const secret = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const algorithm = { name: 'AES-GCM', iv, additionalData: utf8('e|MessageSent') };
  const box = await crypto.subtle.encrypt(algorithm, secret, utf8('{"text":"the words"}'));
  const data = { messageId: 'm', sealed: { box: toBase64(joined(iv, new Uint8Array(box))) } };
  const metadata = { actorId: 'a', occurredAt: '2026-11-22T09:59:59.000Z', organizationId: organization };
  const of = async (value: unknown) => toHex(await sha256(utf8(JSON.stringify(value))));
  const stored = {
    created: '2026-11-22T10:00:00.000Z',
    dataSha256: await of(data),
    eventId: 'e',
    metadataSha256: await of(metadata),
    revision,
    stream: 'message-m',
    type: 'MessageSent',
  };
  const leafOf = (text: string): Promise<Bytes> => sha256(joined([0], utf8(text)));
  const [sibling, leaf] = [await leafOf('first'), await leafOf(JSON.stringify({ ...stored, v: 1 }))];
  const rootHash = toBase64(await sha256(joined([1], sibling, leaf)));
  const entry: ProvenEntryView = {
    position: '77',
    eventId: 'e',
    type: 'MessageSent',
    action: 'message_sent',
    at: metadata.occurredAt,
    actor: { type: 'user', id: 'a', displayName: null, email: null },
    organization,
    room: null,
    entity: { type: 'message', id: 'm' },
    context: { ip: null, userAgent: null, sessionId: null },
    correlationId: null,
    causationId: null,
    content: 'present',
    data: { messageId: 'm', text: 'the words' },
    leafIndex: 1,
    leafHash: toBase64(leaf),
    stored: { ...stored, data, metadata },
    contentKey: toBase64(key),
    priorState: null,
    resultingState: null,
    inclusion: { leafIndex: 1, treeSize: 2, leafHash: toBase64(leaf), rootHash, hashes: [toBase64(sibling)] },
  };
  return { entry, note: await sign(`${name}/${organization}\n2\n${rootHash}\n`) };
}

const first = { messageId: 'm', revision: 0, lastLeaf: undefined };

describe('an event of the record', () => {
  it('proves itself', async () => {
    const { entry, note } = await proven();
    expect(await sealOf(entry, first, openCheckpoint(note, verifierKey))).toBe('proven');
  });

  it.each<[string, RegExp, (entry: ProvenEntryView) => ProvenEntryView]>([
    ['other words', /words/, (entry) => ({ ...entry, data: { ...entry.data, text: 'other words' } })],
    ['words without their key', /words/, ({ contentKey: _key, ...entry }) => entry],
    [
      'words of what was erased',
      /words/,
      ({ contentKey: _key, ...entry }) => ({ ...entry, content: 'erased' }),
    ],
    ['a field that was never stored', /words/, (entry) => ({ ...entry, data: { ...entry.data, more: 1 } })],
    ['another time', /another event/, (entry) => ({ ...entry, at: '2020-01-01T00:00:00.000Z' })],
    ['another person', /another event/, (entry) => ({ ...entry, actor: { ...entry.actor, id: null } })],
    ['another type', /another event/, (entry) => ({ ...entry, type: 'MessageEdited' })],
    ['a key of another event', /words/, (entry) => ({ ...entry, contentKey: toBase64(new Uint8Array(32)) })],
    [
      'other stored bytes',
      /stored/,
      (entry) => ({ ...entry, stored: { ...entry.stored, data: { messageId: 'n' } } }),
    ],
    [
      'another time of storing',
      /leaf/,
      (entry) => ({ ...entry, stored: { ...entry.stored, created: '2026-11-23T10:00:00.000Z' } }),
    ],
    ['another place', /lead/, (entry) => ({ ...entry, leafIndex: 0 })],
    [
      'another root',
      /lead/,
      (entry) => ({ ...entry, inclusion: { ...entry.inclusion, rootHash: entry.leafHash } }),
    ],
    [
      'another organization',
      /others/,
      (entry) => ({ ...entry, organization: `${organization.slice(0, -1)}2` }),
    ],
    [
      'a proof that is not base64',
      /cannot be read/,
      (entry) => ({ ...entry, inclusion: { ...entry.inclusion, hashes: ['§'] } }),
    ],
  ])('is found out with %s', async (_what, fault, change) => {
    const { entry, note } = await proven();
    const found = await sealOf(change(entry), first, openCheckpoint(note, verifierKey));
    expect(typeof found === 'object' && found.fault).toMatch(fault);
  });
});

describe('in a trail, an event', () => {
  it.each<[string, RegExp, Partial<TrailPlace>]>([
    ['of another message', /another event/, { messageId: 'n' }],
    ['that comes a second time', /stands elsewhere/, { revision: 1, lastLeaf: 1 }],
    ['behind one that came later', /stands elsewhere/, { lastLeaf: 2 }],
  ])('%s does not pass for the one that is due', async (_what, fault, place) => {
    const { entry, note } = await proven();
    const found = await sealOf(entry, { ...first, ...place }, openCheckpoint(note, verifierKey));
    expect(typeof found === 'object' && found.fault).toMatch(fault);
  });

  it('does not pass when one is missing before it', async () => {
    const { entry, note } = await proven({ revision: 2 });
    const checkpoint = openCheckpoint(note, verifierKey);
    expect(await sealOf(entry, { ...first, revision: 2, lastLeaf: 0 }, checkpoint)).toBe('proven');
    const found = await sealOf(entry, { ...first, revision: 1, lastLeaf: 0 }, checkpoint);
    expect(typeof found === 'object' && found.fault).toMatch(/missing before it/);
  });
});

describe('a checkpoint', () => {
  it('opens with the key that signed it, and with no other', async () => {
    const note = await sign(`${name}/${organization}\n2\n${toBase64(await sha256(utf8('root')))}\n`);
    expect(await openCheckpoint(note, verifierKey)).toMatchObject({
      size: 2,
      origin: `${name}/${organization}`,
    });
    expect(await openCheckpoint(note.replace('\n2\n', '\n3\n'), verifierKey)).toBeUndefined();
    const other = fromBase64(verifierKey.split('+').slice(2).join('+')).map((byte, at) =>
      at === 5 ? byte ^ 1 : byte,
    );
    expect(await openCheckpoint(note, `${name}+${toHex(keyHash)}+${toBase64(other)}`)).toBeUndefined();
    expect(await openCheckpoint(note, 'no key')).toBeUndefined();
  });
});
