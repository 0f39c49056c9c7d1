import { setTimeout as delay } from 'node:timers/promises';
import {
  fullJitterMs,
  streamPrefixes,
  VaultUnavailableError,
  type EventStore,
  type RecordedEvent,
} from '@verbatim/shared';
import type { EventDecoder } from '../group/event-decoder.ts';
import type { LogBatch } from '../group/model-writer.ts';

export interface LogReading {
  readonly eventStore: EventStore;
  readonly decoder: EventDecoder;
  readonly signal: AbortSignal;
}

const vaultBackOff = { baseMs: 100, capMs: 2_000 };

/**
 * The log of ours after `from`, decoded, in batches: up to and including `to`, or to its end as it is when the reading
 * gets there.
 */
export async function* readLog(
  { eventStore, decoder, signal }: LogReading,
  { from, to, batchEvents }: { readonly from: bigint; readonly to?: bigint; readonly batchEvents: number },
): AsyncGenerator<LogBatch> {
  let events: RecordedEvent[] = [];
  const position = from === 0n ? {} : { fromPosition: from };
  const decoded = async (upTo: bigint): Promise<LogBatch> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return { items: await decoder.decode(events), upTo };
      } catch (error) {
        if (!(error instanceof VaultUnavailableError)) throw error;
        await delay(fullJitterMs(attempt, vaultBackOff), undefined, { signal });
      }
    }
  };
  for await (const event of eventStore.readAll({ ...position, streamPrefixes })) {
    signal.throwIfAborted();
    if (to !== undefined && event.position > to) break;
    events.push(event);
    if (events.length < batchEvents) continue;
    yield await decoded(event.position);
    events = [];
  }
  const last = to ?? events.at(-1)?.position;
  if (last !== undefined && last > from) yield await decoded(last);
}
