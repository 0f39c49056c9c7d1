import type { Stream } from './stream-metadata.ts';

/** What a writer expects of the stream: nothing, that it is new, that it is not, or its exact last revision. */
export type ExpectedRevision = 'any' | 'no-stream' | 'stream-exists' | bigint;

export type RevisionCheck = 'append' | 'compare-ids' | 'wrong-expected-revision' | 'stream-deleted';

/**
 * Whether an append may go ahead. `compare-ids`: the stream already has events where these would go; it is a repeated
 * append if they are the same.
 */
export function checkExpectedRevision(stream: Stream, expected: ExpectedRevision): RevisionCheck {
  if (stream.isTombstoned) return 'stream-deleted';
  const last = BigInt(stream.state?.lastRevision ?? -1);
  switch (expected) {
    case 'any':
      return stream.isSoftDeleted || last < 0n ? 'append' : 'compare-ids';
    case 'no-stream':
      return stream.isSoftDeleted || last < 0n ? 'append' : 'compare-ids';
    case 'stream-exists':
      if (stream.isSoftDeleted) return 'stream-deleted';
      if (last >= 0n) return 'compare-ids';
      return stream.hasMetadata ? 'append' : 'wrong-expected-revision';
    default:
      if (expected === last) return 'append';
      return expected < last && !stream.isSoftDeleted ? 'compare-ids' : 'wrong-expected-revision';
  }
}

/** The number by which the protocol's trailers name an expectation. */
export function signedRevision(expected: ExpectedRevision): bigint {
  switch (expected) {
    case 'any':
      return -2n;
    case 'no-stream':
      return -1n;
    case 'stream-exists':
      return -4n;
    default:
      return BigInt.asIntN(64, expected);
  }
}
