import type { Outbox } from '../grpc/outbox.ts';
import type { EventLog } from '../log/event-log.ts';
import type { RecordedEvent } from '../log/recorded-event.ts';
import { eventFilter } from './event-filter.ts';
import { asItIs, resolveLink, type MayRead } from './links.ts';
import { readAllBackwards, readAllForwards } from './read-all.ts';
import type { ReadRequest } from './read-request.ts';
import { encodeEvent, encodeStreamNotFound } from './read-response.ts';
import { readStream } from './read-stream.ts';
import { nextTurn } from './next-turn.ts';

/** After so many events that were looked at but not sent, others get a turn. */
const EVENTS_PER_TURN = 256;

/** Sends what was asked for, as fast as the client takes it and no faster. */
export async function serveRead(
  log: EventLog,
  request: ReadRequest & { count: number },
  outbox: Outbox,
  mayRead: MayRead,
): Promise<void> {
  const events = find(log, request);
  if (!events) {
    outbox.send(encodeStreamNotFound(request.stream ?? ''));
    return;
  }
  const matches = request.filter && eventFilter(request.filter);
  let sent = 0;
  let looked = 0;
  if (request.count === 0) return;
  for (const event of events) {
    if (++looked % EVENTS_PER_TURN === 0) await nextTurn();
    if (matches && !matches(event)) continue;
    const resolved = request.resolveLinks ? resolveLink(log, event, mayRead) : asItIs(event);
    if (!outbox.send(encodeEvent(resolved, request.ids))) await outbox.drained();
    if (++sent >= request.count || !outbox.isOpen) return;
  }
}

function find(log: EventLog, request: ReadRequest): Iterable<RecordedEvent> | undefined {
  if (request.stream !== undefined) return readStream(log, request.stream, request);
  return request.direction === 'forwards'
    ? readAllForwards(log, request.from)
    : readAllBackwards(log, request.from);
}
