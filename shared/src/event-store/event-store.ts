import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import type { Logger } from '../logging/logger.ts';
import { append, type AppendOptions, type AppendResult, type NewEvent } from './append.ts';
import { AppendingClient } from './appending-client.ts';
import { headOf, newestSince, type NewestSearch } from './head.ts';
import { readAll, readStream, type ReadAllOptions, type ReadStreamOptions } from './read.ts';
import type { RecordedEvent } from './recorded-event.ts';
import { subscribeToAll, type AllSubscription, type SubscribeToAllOptions } from './subscription.ts';

export interface EventStore {
  /**
   * Appends in call order. Settles within `timeoutMs` (5 s).
   * @throws EventStoreFault when the store refuses for good; nothing was stored then.
   */
  append(stream: string, events: readonly NewEvent[], options: AppendOptions): Promise<AppendResult>;
  /** The events of a stream, read as they are consumed; none when it does not exist. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;
  /** The revision of the stream's last event; undefined when it does not exist. */
  streamHead(stream: string): Promise<bigint | undefined>;
  /** The events of `$all` strictly beyond `fromPosition`, read as they are consumed. */
  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>;
  /** The position of the newest event of all; undefined while the log is empty. */
  head(): Promise<bigint | undefined>;
  /** The newest event of the streams after `since`, if there is one. */
  newestSince(streamPrefixes: readonly string[], since: bigint | undefined): Promise<NewestSearch>;
  subscribeToAll(options: SubscribeToAllOptions): AllSubscription;
  close(): Promise<void>;
}

export interface EventStoreConnection {
  /** `esdb://…`, to an EventStoreDB, KurrentDB or our own server alike. */
  readonly url: string;
  readonly logger: Pick<Logger, 'warn'>;
}

/** A server that does not even take the end of its calls holds nobody up longer than this. */
const closeTimeoutMs = 2_000;

/**
 * One for each process: @eventstore/db-client 6.2.1 keeps the appends of all its clients in one place (see
 * `AppendingClient`). Connects on first use, so this succeeds while the store is away.
 */
export function connectEventStore({ url, logger }: EventStoreConnection): EventStore {
  const appending = new AppendingClient(url);
  const reading = EventStoreDBClient.connectionString(ownConnection(url));
  return {
    append: (stream, events, options) => append(appending, stream, events, options),
    readStream: (stream, options) => readStream(reading, stream, options),
    streamHead: async (stream) => {
      for await (const event of readStream(reading, stream, { direction: 'backwards', maxCount: 1 }))
        return event.revision;
      return undefined;
    },
    readAll: (options) => readAll(reading, options),
    head: () => headOf(reading),
    newestSince: (streamPrefixes, since) => newestSince(reading, streamPrefixes, since),
    subscribeToAll: (options) => subscribeToAll(reading, logger, options),
    close: async () => {
      const disposed = Promise.all([appending.dispose(), reading.dispose()]);
      await Promise.race([disposed, delay(closeTimeoutMs, undefined, { ref: false })]);
    },
  };
}

/**
 * gRPC shares one connection among all channels with the same options, and with it the growing pause after
 * failures: reads would wait for as long as appends have learnt to. Another keep-alive makes another connection.
 */
function ownConnection(url: string): string {
  if (/[?&]keepAliveInterval=/i.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}keepAliveInterval=10001`;
}
