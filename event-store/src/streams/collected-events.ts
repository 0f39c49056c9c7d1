import type { ProposedEvent } from '../log/write-transaction.ts';
import { invalidArgument, MaximumAppendSizeExceeded, missingMetadata } from './errors.ts';
import type { ProposedMessage } from './proposed-message.ts';

const UUID_BYTES = 16;
/** What an event takes beside its data and metadata: names, numbers, index entries. Roughly. */
const EVENT_OVERHEAD_BYTES = 256;
/**
 * How much one append may weigh in all. Only data counts against the limit that clients are told of; without this one,
 * metadata or any number of empty events could fill the memory, and an event be stored that no client can receive.
 */
const MAX_WEIGHT_BYTES = 16.5 * 1024 * 1024;

/** The events of one append, checked as they come. */
export class CollectedEvents {
  readonly events: ProposedEvent[] = [];
  readonly #maxAppendBytes: number;
  #dataBytes = 0;
  #weightBytes = 0;

  constructor(maxAppendBytes: number) {
    this.#maxAppendBytes = maxAppendBytes;
  }

  /** Bytes that the events take in memory. */
  get weightBytes(): number {
    return this.#weightBytes;
  }

  /** Throws an error that says what the event lacks, or that the append has become too large. */
  add(message: ProposedMessage): void {
    const event = checkProposal(message);
    this.events.push(event);
    this.#dataBytes += event.data.length;
    this.#weightBytes += event.data.length + event.metadata.length + EVENT_OVERHEAD_BYTES;
    if (this.#dataBytes > this.#maxAppendBytes) throw new MaximumAppendSizeExceeded(this.#maxAppendBytes);
    if (this.#weightBytes > MAX_WEIGHT_BYTES) throw invalidArgument('The append is too large in all');
  }
}

function checkProposal(message: ProposedMessage): ProposedEvent {
  const { id, type, contentType, metadata, data } = message;
  if (type === undefined) throw missingMetadata('type');
  if (contentType === undefined) throw missingMetadata('content-type');
  if (id.length !== UUID_BYTES) throw invalidArgument('An event has no id');
  return { id, type, contentType, metadata, data };
}
