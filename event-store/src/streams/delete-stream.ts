import { randomBytes } from 'node:crypto';
import type { WriteTransaction } from '../log/write-transaction.ts';
import { streamDeleted, wrongExpectedRevision } from './errors.ts';
import type { ExpectedRevision } from './expected-revision.ts';
import {
  DELETED_METADATA,
  findStream,
  METADATA_TYPE,
  metadataStreamOf,
  TOMBSTONE_TYPE,
  type Stream,
} from './stream-metadata.ts';

const NO_BYTES = Buffer.alloc(0);

interface DeleteRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
}

/** Hides all events of a stream; a later append brings the stream back with a higher revision. Returns the position. */
export function deleteStream(
  transaction: WriteTransaction,
  { stream: name, expected }: DeleteRequest,
): number {
  const stream = findStream(transaction, name);
  checkExpectation(stream, expected);
  if (!stream.state && !stream.hasMetadata) throw wrongExpectedRevision(name, expected, undefined);
  return transaction.append(metadataStreamOf(name), [systemEvent(METADATA_TYPE, DELETED_METADATA)])
    .lastPosition;
}

/** Ends a stream for ever. Returns the position. */
export function tombstoneStream(
  transaction: WriteTransaction,
  { stream: name, expected }: DeleteRequest,
): number {
  checkExpectation(findStream(transaction, name), expected);
  const { lastPosition } = transaction.append(name, [systemEvent(TOMBSTONE_TYPE, '{}')]);
  transaction.markTombstoned(name);
  return lastPosition;
}

/** Without event ids there is no telling a repeated deletion: the expectation must hold to the letter. */
function checkExpectation(stream: Stream, expected: ExpectedRevision): void {
  if (stream.isTombstoned) throw streamDeleted(stream.name);
  const last = stream.state?.lastRevision;
  if (!holds(stream, expected)) throw wrongExpectedRevision(stream.name, expected, last);
}

function holds({ state, hasMetadata, isSoftDeleted }: Stream, expected: ExpectedRevision): boolean {
  switch (expected) {
    case 'any':
      return true;
    case 'no-stream':
      return state === undefined || isSoftDeleted;
    case 'stream-exists':
      return (state !== undefined || hasMetadata) && !isSoftDeleted;
    default:
      return expected === BigInt(state?.lastRevision ?? -1);
  }
}

function systemEvent(type: string, data: string) {
  return {
    id: randomBytes(16),
    type,
    contentType: 'application/json',
    metadata: NO_BYTES,
    data: Buffer.from(data),
  };
}
