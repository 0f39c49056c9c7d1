import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  RequiredMetadataPropertyMissingError,
  StreamDeletedError,
  WrongExpectedVersionError,
  jsonEvent,
} from '@eventstore/db-client';
import type { AppendExpectedRevision, AppendResult as ClientResult, EventData } from '@eventstore/db-client';
import { inCanonicalOrder } from '../json/canonical-order.ts';
import { EventStoreFault } from './faults.ts';
import type { AppendingClient } from './appending-client.ts';

/** An event to be stored. Its id makes a repeated append of it harmless. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The revision that the stream must be at, or `no-stream` for its first events. */
export type ExpectedRevision = bigint | 'no-stream' | 'any';

export interface AppendOptions {
  readonly expectedRevision: ExpectedRevision;
  readonly timeoutMs?: number;
}

export type AppendResult =
  /** Durable; `revision` and `position` are the last event's. An append that was stored before answers alike. */
  | { readonly status: 'appended'; readonly revision: bigint; readonly position: bigint }
  /** Nothing was stored. */
  | { readonly status: 'wrong-revision'; readonly actual: bigint | 'no-stream' }
  /** It may be stored now, later or never: read the stream, or append the same events again. */
  | { readonly status: 'unknown'; readonly cause: unknown };

const defaultAppendTimeoutMs = 5_000;
/** What EventStoreDB takes in one append unless told otherwise. */
const maxAppendBytes = 1024 * 1024;

/**
 * Appends in call order on one connection. Every append is settled within its timeout, whatever the client does.
 * @throws EventStoreFault when the store refuses for good (nothing was stored); TypeError for events that have no
 * exact JSON form, before anything is sent.
 */
export async function append(
  appending: AppendingClient,
  stream: string,
  events: readonly NewEvent[],
  { expectedRevision, timeoutMs = defaultAppendTimeoutMs }: AppendOptions,
): Promise<AppendResult> {
  if (events.length === 0) throw new TypeError('an append needs at least one event');
  const wireEvents = toWireEvents(events);
  try {
    const result = await appending.settle(timeoutMs, (client) =>
      client.appendToStream(stream, wireEvents, {
        expectedRevision: toWire(expectedRevision),
        deadline: timeoutMs,
      }),
    );
    return await appended(appending, stream, result);
  } catch (error) {
    return refused(stream, error);
  }
}

async function appended(
  appending: AppendingClient,
  stream: string,
  { nextExpectedRevision: revision, position }: ClientResult,
): Promise<AppendResult> {
  if (position !== undefined) return { status: 'appended', revision, position: position.commit };
  return { status: 'appended', revision, position: await appending.positionOf(stream, revision) };
}

function refused(stream: string, error: unknown): AppendResult {
  if (error instanceof WrongExpectedVersionError) {
    const { actualVersion } = error;
    return {
      status: 'wrong-revision',
      actual: typeof actualVersion === 'bigint' && actualVersion >= 0n ? actualVersion : 'no-stream',
    };
  }
  if (error instanceof EventStoreFault) throw error;
  if (isRefusal(error))
    throw new EventStoreFault(`the event store refused an append to ${stream}`, {
      cause: error,
      isRetryable: false,
    });
  return { status: 'unknown', cause: error };
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof AccessDeniedError ||
    error instanceof MaxAppendSizeExceededError ||
    error instanceof RequiredMetadataPropertyMissingError ||
    error instanceof StreamDeletedError
  );
}

function toWire(expected: ExpectedRevision): AppendExpectedRevision {
  return expected === 'no-stream' ? 'no_stream' : expected;
}

/** The client would never settle an append whose data it cannot serialise, so everything is serialised here first. */
function toWireEvents(events: readonly NewEvent[]): EventData[] {
  let bytes = 0;
  const wireEvents = events.map(({ id, type, data, metadata }) => {
    const orderedData = inOrder(data);
    // As bytes they go out as they are; as values the client turns them into text, base64 and bytes again, twice.
    const metadataBytes = utf8.encode(JSON.stringify(inOrder(metadata)));
    bytes += Buffer.byteLength(JSON.stringify(orderedData)) + metadataBytes.length;
    return jsonEvent({ id, type, data: orderedData, metadata: metadataBytes });
  });
  if (bytes > maxAppendBytes)
    throw new EventStoreFault(`an append of ${bytes} bytes is larger than ${maxAppendBytes}`, {
      isRetryable: false,
    });
  return wireEvents;
}

type Fields = NewEvent['data'];

const utf8 = new TextEncoder();

/** What `JSON.stringify` makes of it is what is stored: that must be the canonical form, to be hashed again later. */
function inOrder(value: Fields): Fields {
  const ordered = inCanonicalOrder(value);
  if (!isFields(ordered)) throw new TypeError('the fields of an event are an object');
  return ordered;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
