import type { ProposedEvent, WriteTransaction } from '../log/write-transaction.ts';
import type { StreamState } from '../log/stream-state.ts';
import { checkExpectedRevision, type ExpectedRevision } from './expected-revision.ts';
import { findStreamToRevive, reviveStream } from './revive.ts';
import { findStream } from './stream-metadata.ts';

export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly ProposedEvent[];
}

export type AppendResult =
  | { readonly outcome: 'appended'; readonly revision: number; readonly position: number }
  /** Nothing was to be written and the expectation held. */
  | { readonly outcome: 'nothing-to-append'; readonly revision: number | undefined }
  | { readonly outcome: 'wrong-expected-revision'; readonly current: number | undefined }
  | { readonly outcome: 'stream-deleted' };

/** Appends all events or none. Done again with the same event ids it changes nothing and tells the same. */
export function appendEvents(transaction: WriteTransaction, request: AppendRequest): AppendResult {
  const stream = findStream(transaction, request.stream);
  const current = stream.state?.lastRevision;
  const check = checkExpectedRevision(stream, request.expected);
  if (check === 'stream-deleted') return { outcome: 'stream-deleted' };
  if (check === 'wrong-expected-revision') return { outcome: 'wrong-expected-revision', current };
  if (request.events.length === 0) return { outcome: 'nothing-to-append', revision: current };

  if (check === 'compare-ids' && stream.state) {
    const earlier = findEarlierAppend(transaction, stream.state, request);
    if (earlier === 'other-events') return { outcome: 'wrong-expected-revision', current };
    if (earlier !== 'none') return earlier;
  }
  const deleted = findStreamToRevive(transaction, stream);
  const appended = transaction.append(request.stream, request.events);
  if (deleted) reviveStream(transaction, stream, deleted);
  return { outcome: 'appended', revision: appended.lastRevision, position: appended.lastPosition };
}

/** Looks for the same events, appended before: `none` may be appended now, `other-events` stand in their place. */
function findEarlierAppend(
  transaction: WriteTransaction,
  state: StreamState,
  { stream, expected, events }: AppendRequest,
): AppendResult | 'none' | 'other-events' {
  const isAnywhere = expected === 'any' || expected === 'stream-exists';
  const revisions = isAnywhere
    ? events.map(({ id }) => transaction.revisionOfEvent(state, id))
    : revisionsAfter(transaction, stream, state, expected, events);
  if (isAnywhere && revisions[0] === undefined) return 'none';
  const last = revisions.at(-1);
  if (last === undefined || revisions.includes(undefined)) return 'other-events';
  return { outcome: 'appended', revision: last, position: transaction.eventOf(stream, state, last).position };
}

/** For each event the revision that it would have had, or undefined if another event stands there. */
function revisionsAfter(
  transaction: WriteTransaction,
  stream: string,
  state: StreamState,
  expected: 'no-stream' | bigint,
  events: readonly ProposedEvent[],
): (number | undefined)[] {
  const first = expected === 'no-stream' ? 0 : Number(expected) + 1;
  return events.map(({ id }, index) => {
    const revision = first + index;
    if (revision > state.lastRevision) return undefined;
    return transaction.eventOf(stream, state, revision).idBytes.equals(id) ? revision : undefined;
  });
}
