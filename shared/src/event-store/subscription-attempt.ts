import type { EventStoreDBClient } from '@eventstore/db-client';
import { beginRead, endRead, type ReadCall } from './read-call.ts';
import type { ReadResponse } from './read-response.ts';
import type { RecordedEvent } from './recorded-event.ts';

export interface AttemptHandlers {
  /** Whether another event may be handed over now; when not, `resume` is called later. */
  readonly hasRoom: () => boolean;
  /** @param bytes of its message. */
  readonly onEvent: (event: RecordedEvent, bytes: number) => void;
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

/** The store tells of a checkpoint after this many pages of 32 events of other streams. */
const checkpointEveryPages = 8;

/** One subscription, from just after `position` until it drops; everything is handed over as it comes. */
export function openAttempt(
  client: EventStoreDBClient,
  streamPrefixes: readonly string[],
  position: bigint | undefined,
  handlers: AttemptHandlers,
): Attempt {
  let end: (reason: unknown) => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  let call: ReadCall | undefined;
  const handOver = (response: ReadResponse): void => {
    if (response.kind === 'event') handlers.onEvent(response.event, response.bytes);
    else if (response.kind === 'checkpoint') handlers.onCheckpoint(response.position);
    else if (response.kind === 'caught-up') handlers.onCaughtUp();
  };
  const readArrived = (): void => {
    try {
      while (handlers.hasRoom()) {
        const response = call?.read() as ReadResponse | null | undefined;
        if (response === null || response === undefined) break;
        handOver(response);
      }
    } catch (error) {
      end(error);
    }
  };
  const wanted = { subscription: true, streamPrefixes, checkpointEveryPages } as const;
  beginRead(client, { from: position ?? 'start', wanted }).then((begun) => {
    call = begun;
    begun.on('readable', readArrived);
    begun.on('end', () => end(new Error('the event store ended the subscription')));
    begun.on('close', () => end(new Error('the subscription was closed')));
    begun.on('error', end);
    void ended.then(() => {
      begun.removeListener('readable', readArrived);
      endRead(begun);
    });
  }, end);
  return { ended, resume: readArrived, end };
}
