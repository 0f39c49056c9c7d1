import type { EventLog } from '../log/event-log.ts';
import { asItIs, originalOf, resolveLink, type MayRead, type ResolvedEvent } from '../streams/links.ts';

/**
 * One event on its way to a client. It holds no event data: that is read when it is sent, so that any number of messages
 * may be out without filling the memory.
 */
export interface Message {
  /** What clients acknowledge it by: the id of the event or, if it is one, of the link. */
  readonly id: string;
  /** The position of that event; messages go out in this order. */
  readonly position: number;
  readonly retryCount: number;
  /** The group's cursor before this event; to be taken up again from there while it is not done. Absent when replayed. */
  readonly cursorBefore: number | undefined;
  readonly sequence: number;
  /** The stream that pins it: of the event itself, not of a link to it. */
  readonly sourceStream: string;
}

/** Reads what a message stands for. Parked links are always resolved. */
export function loadMessage(
  log: EventLog,
  message: Message,
  resolveLinks: boolean,
  mayRead?: MayRead,
): ResolvedEvent {
  const event = log.eventAt(message.position);
  const isResolved = resolveLinks || message.cursorBefore === undefined;
  return isResolved ? resolveLink(log, event, mayRead) : asItIs(event);
}

export function messageOf(
  event: ResolvedEvent,
  place: { readonly cursorBefore: number | undefined; readonly sequence: number },
): Message {
  const original = originalOf(event);
  return {
    id: original.id,
    position: original.position,
    retryCount: 0,
    sourceStream: event.event?.stream ?? original.stream,
    ...place,
  };
}
