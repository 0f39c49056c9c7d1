import { describe, expect, it } from 'vitest';
import {
  checkExpectedRevision,
  signedRevision,
  type ExpectedRevision,
  type RevisionCheck,
} from './expected-revision.ts';
import type { Stream } from './stream-metadata.ts';

const absent: Stream = {
  name: 's',
  state: undefined,
  hasMetadata: false,
  metadata: {},
  isTombstoned: false,
  isSoftDeleted: false,
};
const state = { id: 1, lastRevision: 4, isTombstoned: false };
const streams = {
  'was never there': absent,
  'has five events': { ...absent, state },
  'has only metadata': { ...absent, hasMetadata: true },
  'is deleted': { ...absent, state, hasMetadata: true, isSoftDeleted: true },
  'is tombstoned': { ...absent, state, isTombstoned: true },
} as const;

const table: [keyof typeof streams, ExpectedRevision, RevisionCheck][] = [
  ['was never there', 'any', 'append'],
  ['was never there', 'no-stream', 'append'],
  ['was never there', 'stream-exists', 'wrong-expected-revision'],
  ['was never there', 0n, 'wrong-expected-revision'],
  ['has five events', 'any', 'compare-ids'],
  ['has five events', 'no-stream', 'compare-ids'],
  ['has five events', 'stream-exists', 'compare-ids'],
  ['has five events', 4n, 'append'],
  ['has five events', 3n, 'compare-ids'],
  ['has five events', 5n, 'wrong-expected-revision'],
  ['has only metadata', 'any', 'append'],
  ['has only metadata', 'no-stream', 'append'],
  ['has only metadata', 'stream-exists', 'append'],
  ['has only metadata', 0n, 'wrong-expected-revision'],
  ['is deleted', 'any', 'append'],
  ['is deleted', 'no-stream', 'append'],
  ['is deleted', 'stream-exists', 'stream-deleted'],
  ['is deleted', 4n, 'append'],
  ['is deleted', 3n, 'wrong-expected-revision'],
  ['is tombstoned', 'any', 'stream-deleted'],
  ['is tombstoned', 'no-stream', 'stream-deleted'],
  ['is tombstoned', 'stream-exists', 'stream-deleted'],
  ['is tombstoned', 4n, 'stream-deleted'],
];

describe('an append to a stream that', () => {
  it.each(table)('%s, expecting %s: %s', (stream, expected, check) => {
    expect(checkExpectedRevision(streams[stream], expected)).toBe(check);
  });
});

it('expectations have the numbers of the protocol', () => {
  expect((['any', 'no-stream', 'stream-exists', 7n] as const).map(signedRevision)).toEqual([
    -2n,
    -1n,
    -4n,
    7n,
  ]);
});
