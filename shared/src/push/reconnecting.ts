import { type Observable, catchError, concat, defer, ignoreElements, of, repeat, tap, timer } from 'rxjs';
import { fullJitterMs } from '../event-store/back-off.ts';
import type { PushEvent } from './channel.ts';

const backOff = { baseMs: 50, capMs: 2_000 };

/** Turns one connection that may fail into one that comes back for ever, telling of each loss. */
export function reconnecting() {
  return (connection: Observable<PushEvent>): Observable<PushEvent> =>
    defer(() => {
      let attempt = 0;
      return connection.pipe(
        tap((event) => {
          if (event.type === 'connected') attempt = 0;
        }),
        catchError((cause: unknown) =>
          concat(
            of<PushEvent>({ type: 'disconnected', cause }),
            defer(() => timer(fullJitterMs(attempt++, backOff))).pipe(ignoreElements()),
          ),
        ),
        repeat(),
      );
    });
}
