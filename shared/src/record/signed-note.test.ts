import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkpointKeyFromSeed, parseCheckpointKey } from '../configuration/checkpoint-key.ts';
import { openCheckpoint, originOf, signCheckpoint } from './checkpoint.ts';
import { emptyRoot } from './hash-definition.ts';
import { openNote, signNote } from './signed-note.ts';

/** Key, text and note that the documentation of Go's sumdb/note package prints. */
const published = {
  key: parseCheckpointKey('PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'),
  text:
    'If you think cryptography is the answer to your problem,\n' +
    "then you don't know what your problem is.\n",
  signature:
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};
const publishedNote = `${published.text}\n${published.signature}`;

describe('a signed note', () => {
  test('is to the byte the one that is published', () => {
    expect(signNote(published.text, published.key)).toBe(publishedNote);
    expect(openNote(publishedNote, published.key)).toBe(published.text);
  });

  test('opens beside signatures of others', () => {
    const witness = '— EnochRoot af0bc1d2AAAA\n';
    expect(openNote(`${published.text}\n${witness}${published.signature}`, published.key)).toBe(
      published.text,
    );
  });

  test('does not open once any byte of it is changed', () => {
    const bytes = Buffer.from(publishedNote);
    for (const at of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      expect(openNote(changed.toString(), published.key)).toBeUndefined();
    }
  });

  test('does not open with another key of the same name', () => {
    expect(openNote(publishedNote, checkpointKeyFromSeed('PeterNeumann', randomBytes(32)))).toBeUndefined();
  });

  test.each(['no line end', 'a\ttab\n', 'a\u0000b\n'])('cannot be made of %j', (text) => {
    expect(() => signNote(text, published.key)).toThrow(RangeError);
  });
});

describe('a checkpoint', () => {
  const key = checkpointKeyFromSeed('verbatim.example', randomBytes(32));
  const checkpoint = { origin: originOf(key, 'an-organization'), size: 7, root: randomBytes(32) };

  test('says origin, size and root', () => {
    const note = signCheckpoint(checkpoint, key);
    expect(note.split('\n').slice(0, 4)).toEqual([
      'verbatim.example/an-organization',
      '7',
      checkpoint.root.toString('base64'),
      '',
    ]);
    expect(openCheckpoint(note, key)).toEqual(checkpoint);
  });

  test('of an empty tree is one too', () => {
    const empty = { ...checkpoint, size: 0, root: emptyRoot };
    expect(openCheckpoint(signCheckpoint(empty, key), key)).toEqual(empty);
  });

  test.each(['07', '-1', '1e3', '', '99999999999999999'])('of size %j is none', (size) => {
    const note = signNote(`${checkpoint.origin}\n${size}\n${checkpoint.root.toString('base64')}\n`, key);
    expect(openCheckpoint(note, key)).toBeUndefined();
  });
});
