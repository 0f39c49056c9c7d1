import type { ResolvedEvent } from '@eventstore/db-client';
import { EventStoreFault } from './faults.ts';

/** An event as it was stored. `data` and `metadata` are parsed JSON of any shape: the codec checks them. */
export interface RecordedEvent {
  readonly stream: string;
  readonly revision: bigint;
  /** Its place in `$all`. */
  readonly position: bigint;
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
  /** The store's stamp, in whole milliseconds. */
  readonly created: Date;
}

/** Undefined for a link whose target is gone; our own streams have none. */
export function toRecordedEvent({
  event,
  commitPosition,
}: Partial<ResolvedEvent>): RecordedEvent | undefined {
  if (event === undefined) return undefined;
  const position = event.position?.commit ?? commitPosition;
  if (position === undefined)
    throw new EventStoreFault('the event store sends no positions: version 22.6 or newer is needed', {
      isRetryable: false,
    });
  const { streamId, revision, id, type, data, metadata, created } = event;
  return { stream: streamId, revision, position, id, type, data, metadata, created };
}
