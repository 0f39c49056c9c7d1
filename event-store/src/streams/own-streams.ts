import { randomBytes } from 'node:crypto';
import type { EventLog } from '../log/event-log.ts';
import type { ProposedEvent, WriteTransaction } from '../log/write-transaction.ts';
import { appendEvents } from './append-events.ts';
import { setTruncateBefore } from './metadata-json.ts';
import { findStream, METADATA_TYPE, metadataStreamOf } from './stream-metadata.ts';

const NO_BYTES = Buffer.alloc(0);
const BYTES_OF_A_NOTE = 512;

/** An event of the store's own. */
export function noteOf(type: string, data: unknown, metadata?: unknown): ProposedEvent {
  return {
    id: randomBytes(16),
    type,
    contentType: 'application/json',
    metadata: metadata === undefined ? NO_BYTES : Buffer.from(JSON.stringify(metadata)),
    data: typeof data === 'string' ? Buffer.from(data) : Buffer.from(JSON.stringify(data)),
  };
}

/** Appends to a stream of the store's own; a new one is made to keep only so many of its newest events. */
export async function note(
  log: EventLog,
  stream: string,
  event: ProposedEvent,
  maxCount?: number,
): Promise<void> {
  const run = (transaction: WriteTransaction): void => {
    const isNew = findStream(transaction, stream).state === undefined;
    if (isNew && maxCount !== undefined) {
      transaction.append(metadataStreamOf(stream), [noteOf(METADATA_TYPE, { $maxCount: maxCount })]);
    }
    appendEvents(transaction, { stream, expected: 'any', events: [event] });
  };
  await log.submit({ bytes: BYTES_OF_A_NOTE, run }).outcome;
}

/** Hides everything in a stream before a revision. */
export async function truncate(log: EventLog, stream: string, before: number): Promise<void> {
  const run = (transaction: WriteTransaction): void => {
    const metadataStream = metadataStreamOf(stream);
    const state = transaction.stateOf(metadataStream);
    const old = state && transaction.eventOf(metadataStream, state, state.lastRevision).data.toString('utf8');
    transaction.append(metadataStream, [noteOf(METADATA_TYPE, setTruncateBefore(old ?? '{}', before))]);
  };
  await log.submit({ bytes: BYTES_OF_A_NOTE, run }).outcome;
}
