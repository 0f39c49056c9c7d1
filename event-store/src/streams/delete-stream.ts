import { randomBytes } from 'node:crypto';
import type { WriteTransaction } from '../log/write-transaction.ts';
import { streamDeleted, wrongExpectedRevision } from './errors.ts';
import { checkExpectedRevision, type ExpectedRevision } from './expected-revision.ts';
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

/** Without event ids there is no telling a repeated deletion: where an append's would be compared, the expectation fails. */
function checkExpectation(stream: Stream, expected: ExpectedRevision): void {
  const check = checkExpectedRevision(stream, expected);
  if (check === 'stream-deleted') throw streamDeleted(stream.name);
  const isAnywhere = expected === 'any' || expected === 'stream-exists';
  if (check === 'append' || (check === 'compare-ids' && isAnywhere)) return;
  throw wrongExpectedRevision(stream.name, expected, stream.state?.lastRevision);
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
