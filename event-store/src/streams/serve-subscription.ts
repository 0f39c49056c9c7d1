import { randomUUID } from 'node:crypto';
import type { CallContext } from '../grpc/call-context.ts';
import type { Outbox } from '../grpc/outbox.ts';
import type { EventLog } from '../log/event-log.ts';
import { eventFilter } from './event-filter.ts';
import { followAll, followStream } from './feeds.ts';
import type { FilterOptions } from './filter-options.ts';
import { metadataStreamOf } from './stream-metadata.ts';
import { ALL_STREAM, demand, SETTINGS_STREAM, type Access } from '../security/access.ts';
import { asItIs, resolveLink } from './links.ts';
import { nextTurn } from './next-turn.ts';
import type { ReadRequest } from './read-request.ts';
import { encodeCaughtUp, encodeCheckpoint, encodeConfirmation, encodeEvent } from './read-response.ts';

/** After so many events that were looked at but not sent, others get a turn. */
const EVENTS_PER_TURN = 256;

/** Sends confirmation, history, `caught up` and from then on what is appended, until the client goes. */
export async function serveSubscription(
  log: EventLog,
  request: ReadRequest,
  outbox: Outbox,
  { signal, user }: CallContext,
  access: Access,
): Promise<void> {
  const feed =
    request.stream === undefined
      ? followAll(log, request.from)
      : followStream(log, request.stream, request.from);
  const matches = request.filter && eventFilter(request.filter);
  const checkpoints = request.filter && new Checkpoints(request.filter);
  const watches =
    feed.watches === 'any' ? 'any' : [...feed.watches, ...aclStreams(request.stream ?? ALL_STREAM)];
  const mayRead = (name: string): boolean => access.allows(user, 'read', name);
  let accessVersion = access.version;
  let hasCaughtUp = false;
  let looked = 0;
  outbox.send(encodeConfirmation(randomUUID()));

  while (!signal.aborted) {
    if (accessVersion !== access.version) {
      accessVersion = access.version;
      demand(mayRead(request.stream ?? ALL_STREAM));
    }
    const event = feed.next();
    if (!event) {
      if (!hasCaughtUp) {
        hasCaughtUp = true;
        sendCheckpoint(outbox, checkpoints?.atEndOfHistory());
        outbox.send(encodeCaughtUp());
      }
      await log.changes.next(watches, signal);
      continue;
    }
    if (++looked % EVENTS_PER_TURN === 0) await nextTurn();
    if (!matches || matches(event)) {
      const resolved = request.resolveLinks ? resolveLink(log, event, mayRead) : asItIs(event);
      if (!outbox.send(encodeEvent(resolved, request.ids))) await outbox.drained();
    }
    sendCheckpoint(outbox, checkpoints?.afterLookingAt(event.position));
  }
}

function sendCheckpoint(outbox: Outbox, position: number | undefined): void {
  if (position !== undefined) outbox.send(encodeCheckpoint(position));
}

function aclStreams(stream: string): string[] {
  return [metadataStreamOf(stream), SETTINGS_STREAM];
}

/** Says when a filtered subscriber is to hear how far the store has looked. Never the same position twice. */
class Checkpoints {
  readonly #intervalEvents: number;
  #looked = 0;
  #lastLooked: number | undefined;
  #lastSent: number | undefined;

  constructor({ windowEvents, checkpointIntervalMultiplier }: FilterOptions) {
    this.#intervalEvents = Math.max(1, windowEvents * checkpointIntervalMultiplier);
  }

  afterLookingAt(position: number): number | undefined {
    this.#lastLooked = position;
    this.#looked++;
    return this.#looked % this.#intervalEvents === 0 ? this.#send(position) : undefined;
  }

  atEndOfHistory(): number | undefined {
    return this.#lastLooked === undefined || this.#lastLooked === this.#lastSent
      ? undefined
      : this.#send(this.#lastLooked);
  }

  #send(position: number): number {
    this.#lastSent = position;
    return position;
  }
}
