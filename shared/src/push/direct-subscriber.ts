import { connect, type Socket } from 'node:net';
import { Observable, Subject, share, takeUntil } from 'rxjs';
import type { PushEvent, PushSubscriber } from './channel.ts';
import { parseDirectAddress, type DirectAddress } from './direct-address.ts';
import { lineSplitter } from './line-splitter.ts';
import { encodeLine, publisherLineSchema, pushLimits } from './push-lines.ts';
import { reconnecting } from './reconnecting.ts';

/** Finds the publisher at its address, again and again; see `PushSubscriber`. */
export function createDirectSubscriber(url: string): PushSubscriber {
  const address = parseDirectAddress(url);
  const stopped = new Subject<void>();
  let current: Socket | undefined;
  const connection = connectionTo(address, (socket) => (current = socket));

  return {
    events: connection.pipe(reconnecting(), takeUntil(stopped), share()),
    sendToPeers: (message) => {
      if (current === undefined || current.writableLength > pushLimits.unreadBytes) return;
      current.write(encodeLine({ kind: 'peer', message }));
    },
    stop: () => {
      stopped.next();
      return Promise.resolve();
    },
  };
}

/** One connection: from `connected` on what the publisher says, until it fails. */
function connectionTo(
  { host, port, secret }: DirectAddress,
  onWelcome: (socket: Socket | undefined) => void,
): Observable<PushEvent> {
  return new Observable((observer) => {
    const socket = connect({ host, port, noDelay: true });
    const split = lineSplitter(pushLimits.lineBytes);
    socket.setTimeout(pushLimits.silenceMs, () => socket.destroy(new Error('the publisher fell silent')));
    socket.on('connect', () =>
      socket.write(encodeLine({ kind: 'hello', protocol: 'verbatim.push.v1', secret })),
    );
    socket.on('data', (piece) => {
      try {
        for (const line of split(piece)) {
          const said = publisherLineSchema.parse(JSON.parse(line));
          if (said.kind === 'welcome') {
            onWelcome(socket);
            observer.next({ type: 'connected' });
          } else if (said.kind === 'batch') observer.next({ type: 'batch', batch: said.batch });
          else if (said.kind === 'peer') observer.next({ type: 'peer', message: said.message });
        }
      } catch (error) {
        socket.destroy(new Error('the publisher said what is no line of ours', { cause: error }));
      }
    });
    socket.on('error', (error) => observer.error(error));
    socket.on('close', () => observer.error(new Error('the publisher closed the connection')));
    return () => {
      onWelcome(undefined);
      socket.destroySoon(); // what was told to peers goes out first
    };
  });
}
