import { DamagedStoreError } from './damaged-store-error.ts';
import { decodeNumber, eventIdKey, revisionKey, streamKey } from './keys.ts';
import { chainAfter, chainOf, EMPTY_CHAIN, isRecordIntact, MESSAGE_OFFSET } from './record.ts';
import { RecordedEvent } from './recorded-event.ts';
import { decodeStreamState } from './stream-state.ts';
import type { Tables } from './tables.ts';

/**
 * Checks one event against everything that is known of it: its checksum, the hash chain from the event before it, and the
 * entries of the indexes that lead to it. Returns its link of the chain.
 */
export function checkEvent(tables: Tables, position: number, previousChain: Buffer): Buffer {
  const record = tables.events.getBinary(position);
  if (!record) throw damaged(position, 'is missing');
  if (!isRecordIntact(record)) throw damaged(position, 'fails its checksum');
  const chain = chainOf(record);
  if (!chainAfter(previousChain, record).equals(chain))
    throw damaged(position, 'does not continue the hash chain');
  checkIndexes(tables, new RecordedEvent(position, record.subarray(MESSAGE_OFFSET)));
  return chain;
}

/** The link of the chain before a position, taken on trust. */
export function chainBefore(tables: Tables, position: number): Buffer {
  if (position === 1) return EMPTY_CHAIN;
  const record = tables.events.getBinary(position - 1);
  if (!record) throw damaged(position - 1, 'is missing');
  return Buffer.from(chainOf(record));
}

function checkIndexes(tables: Tables, event: RecordedEvent): void {
  const { position, stream, revision } = event;
  const key = streamKey(stream);
  const bytes = tables.streams.getBinary(key);
  if (!bytes) throw damaged(position, `belongs to stream "${stream}", which is not listed`);
  const state = decodeStreamState(key, bytes);
  if (state.lastRevision < revision) throw damaged(position, `lies behind the end of its stream "${stream}"`);
  const indexed = tables.revisions.getBinary(revisionKey(state.id, revision));
  if (!indexed || decodeNumber(indexed) !== position) {
    throw damaged(position, `is not where stream "${stream}" has revision ${revision}`);
  }
  const id = tables.eventIds.getBinary(eventIdKey(state.id, event.idBytes));
  if (!id || decodeNumber(id) < revision) throw damaged(position, 'cannot be found by its id');
}

function damaged(position: number, what: string): DamagedStoreError {
  return new DamagedStoreError(`the event at position ${position} ${what}`);
}
