import { START, streamNameFilter } from '@eventstore/db-client';
import type { AllStreamSubscription, EventStoreDBClient } from '@eventstore/db-client';
import { toRecordedEvent, type RecordedEvent } from './recorded-event.ts';

export interface AttemptHandlers {
  /** Whether another event may be handed over now; when not, `resume` is called later. */
  readonly hasRoom: () => boolean;
  readonly onEvent: (event: RecordedEvent) => void;
  readonly onCheckpoint: (position: bigint) => void;
  readonly onCaughtUp: () => void;
}

export interface Attempt {
  /** Settles when the subscription is over, however it ended; the reason it resolves with is never "success". */
  readonly ended: Promise<unknown>;
  /** Goes on reading after `hasRoom` was false. */
  readonly resume: () => void;
  readonly end: (reason: unknown) => void;
}

/** The client tells of a checkpoint after this many events of other streams, in pages of 32. */
const checkpointEveryPages = 8;
/** Events that the client parses ahead of us. */
const clientBufferEvents = 256;

/**
 * One subscription of the client, from just after `position` until it drops. Everything is handed over in log
 * order, although the client announces checkpoints and the live edge past its own buffer: each such mark waits
 * until the events that were buffered before it have been read.
 */
export function openAttempt(
  client: EventStoreDBClient,
  streamPrefixes: readonly string[],
  position: bigint | undefined,
  handlers: AttemptHandlers,
): Attempt {
  const marks: { readonly afterEvents: number; readonly reach: () => void }[] = [];
  let readEvents = 0;

  const reachMarks = (): void => {
    while (marks[0] !== undefined && marks[0].afterEvents <= readEvents) marks.shift()?.reach();
  };
  const mark = (reach: () => void): void => {
    marks.push({ afterEvents: readEvents + subscription.readableLength, reach });
    reachMarks();
  };
  const subscription: AllStreamSubscription = client.subscribeToAll(
    {
      fromPosition: position === undefined ? START : { commit: position, prepare: position },
      filter: streamNameFilter({
        prefixes: [...streamPrefixes],
        checkpointInterval: checkpointEveryPages,
        checkpointReached: (_, { commit }) => mark(() => handlers.onCheckpoint(commit)),
      }),
    },
    { highWaterMark: clientBufferEvents },
  );

  let end: (reason: unknown) => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  const readBuffered = (): void => {
    try {
      while (handlers.hasRoom()) {
        const resolved: unknown = subscription.read();
        if (!isResolved(resolved)) break;
        readEvents += 1;
        const event = toRecordedEvent(resolved);
        if (event !== undefined) handlers.onEvent(event);
        reachMarks();
      }
    } catch (error) {
      end(error);
    }
  };
  subscription.on('readable', readBuffered);
  subscription.on('caughtUp', () => mark(handlers.onCaughtUp));
  subscription.on('end', () => end(new Error('the event store ended the subscription')));
  subscription.on('close', () => end(new Error('the subscription was closed')));
  subscription.on('error', end);
  void ended.then(() => release(subscription));
  return { ended, resume: readBuffered, end };
}

function isResolved(value: unknown): value is Parameters<typeof toRecordedEvent>[0] {
  return typeof value === 'object' && value !== null;
}

/** What was sent already is thrown away, not left unread: the client would count the call as open for ever. */
function release(subscription: AllStreamSubscription): void {
  subscription.removeAllListeners('readable');
  subscription.unsubscribe().catch(() => undefined); // rejects only when the call never began
  subscription.resume();
}
