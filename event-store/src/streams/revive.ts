import { randomBytes } from 'node:crypto';
import type { WriteTransaction } from '../log/write-transaction.ts';
import { setTruncateBefore } from './metadata-json.ts';
import {
  findStream,
  isMetadataStream,
  METADATA_TYPE,
  metadataStreamOf,
  subjectOf,
  type Stream,
} from './stream-metadata.ts';

const NO_BYTES = Buffer.alloc(0);

/** The soft-deleted stream that a write to `target` (itself or its metadata) brings back, as it is before the write. */
export function findStreamToRevive(transaction: WriteTransaction, target: Stream): Stream | undefined {
  const subject = isMetadataStream(target.name) ? findStream(transaction, subjectOf(target.name)) : target;
  return subject.isSoftDeleted ? subject : undefined;
}

/**
 * Hides what a stream held before its deletion behind a new `$tb`. The rest of the metadata is kept: without this, either
 * the new events would stay hidden or, after new metadata, the deleted ones would come back.
 */
export function reviveStream(transaction: WriteTransaction, target: Stream, deleted: Stream): void {
  const wasDeletedAgain = target.name !== deleted.name && findStream(transaction, deleted.name).isSoftDeleted;
  const metadataName = metadataStreamOf(deleted.name);
  const state = transaction.stateOf(metadataName);
  if (wasDeletedAgain || !state) return;
  const metadata = transaction.eventOf(metadataName, state, state.lastRevision).data.toString('utf8');
  const truncateBefore = (deleted.state?.lastRevision ?? -1) + 1;
  transaction.append(metadataName, [
    {
      id: randomBytes(16),
      type: METADATA_TYPE,
      contentType: 'application/json',
      metadata: NO_BYTES,
      data: Buffer.from(setTruncateBefore(metadata, truncateBefore)),
    },
  ]);
}
