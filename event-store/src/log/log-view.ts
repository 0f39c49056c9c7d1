import { DamagedStoreError } from './damaged-store-error.ts';
import { decodeNumber, eventIdKey, revisionKey, streamKey } from './keys.ts';
import { isRecordIntact, MESSAGE_OFFSET } from './record.ts';
import { RecordedEvent } from './recorded-event.ts';
import { decodeStreamState, type StreamState } from './stream-state.ts';
import type { Tables } from './tables.ts';

/** Looks things up in the log. Every event is checked against its checksum and against the index that led to it. */
export class LogView {
  protected readonly tables: Tables;

  constructor(tables: Tables) {
    this.tables = tables;
  }

  stateOf(stream: string): StreamState | undefined {
    const key = streamKey(stream);
    const bytes = this.tables.streams.getBinary(key);
    return bytes && decodeStreamState(key, bytes);
  }

  fact(name: string): string | undefined {
    return this.tables.facts.get(name);
  }

  /** The event at a position from 1 to the head. */
  eventAt(position: number): RecordedEvent {
    const record = this.tables.events.getBinary(position);
    if (!record) throw new DamagedStoreError(`the event at position ${position} is missing`);
    if (!isRecordIntact(record)) {
      throw new DamagedStoreError(`the event at position ${position} fails its checksum`);
    }
    return new RecordedEvent(position, record.subarray(MESSAGE_OFFSET));
  }

  /** The event of a stream at a revision from 0 to its last. */
  eventOf(stream: string, state: StreamState, revision: number): RecordedEvent {
    const bytes = this.tables.revisions.getBinary(revisionKey(state.id, revision));
    if (!bytes) throw new DamagedStoreError(`revision ${revision} of stream "${stream}" is missing`);
    const event = this.eventAt(decodeNumber(bytes));
    if (event.stream !== stream || event.revision !== revision) {
      throw new DamagedStoreError(`the index of stream "${stream}" is wrong at revision ${revision}`);
    }
    return event;
  }

  /** The revision of the event with this id in this stream, if it is there. */
  revisionOfEvent(state: StreamState, eventId: Buffer): number | undefined {
    const bytes = this.tables.eventIds.getBinary(eventIdKey(state.id, eventId));
    return bytes && decodeNumber(bytes);
  }
}
