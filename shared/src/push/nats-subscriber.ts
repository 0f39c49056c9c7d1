import { setTimeout as wait } from 'node:timers/promises';
import type { Msg, NatsConnection } from 'nats';
import { Observable, Subject, share, takeUntil } from 'rxjs';
import type { PushEvent, PushSubscriber } from './channel.ts';
import { connectToNats, natsSubjects } from './nats-connection.ts';
import { peerMessageSchema } from './peer-message.ts';
import { pushBatchSchema } from './push.ts';
import { reconnecting } from './reconnecting.ts';

const flushWithinMs = 1_000;

export function createNatsSubscriber(url: string): PushSubscriber {
  const stopped = new Subject<void>();
  let current: NatsConnection | undefined;
  const connection = connectionTo(url, (established) => (current = established));

  return {
    events: connection.pipe(reconnecting(), takeUntil(stopped), share()),
    sendToPeers: (message) => {
      if (current?.isClosed() === false) current.publish(natsSubjects.relays, JSON.stringify(message));
    },
    stop: async () => {
      const last = current;
      // What was told to peers goes out first; a server that is gone does not hold the stop up.
      if (last?.isClosed() === false)
        await Promise.race([last.flush().catch(() => undefined), wait(flushWithinMs)]);
      stopped.next();
      await last?.close();
    },
  };
}

/** One connection: `connected` once the server knows what is wanted, then what it brings, until it is lost. */
function connectionTo(
  url: string,
  onEstablished: (connection: NatsConnection | undefined) => void,
): Observable<PushEvent> {
  return new Observable((observer) => {
    let isWanted = true;
    let connection: NatsConnection | undefined;

    const run = async (): Promise<void> => {
      const nats = await connectToNats(url, 'verbatim-relay');
      connection = nats;
      if (!isWanted) return nats.close();
      const on = (subject: string, take: (message: Msg) => void): void =>
        void nats.subscribe(subject, {
          callback: (error, message) => {
            if (error === null) attempt(() => take(message));
            else void nats.close();
          },
        });
      const attempt = (take: () => void): void => {
        try {
          take();
        } catch {
          void nats.close(); // what cannot be read may have been a frame: come back and look
        }
      };
      const takeBatch = (message: Msg): void =>
        observer.next({ type: 'batch', batch: pushBatchSchema.parse(message.json()) });
      on(natsSubjects.everyRoom, takeBatch);
      on(natsSubjects.everyOrganization, takeBatch);
      on(natsSubjects.relays, (message) =>
        observer.next({ type: 'peer', message: peerMessageSchema.parse(message.json()) }),
      );
      on(natsSubjects.publishers, () => observer.next({ type: 'connected' }));
      await nats.flush();
      onEstablished(nats);
      observer.next({ type: 'connected' });
      const cause = await nats.closed();
      throw new Error('the connection to NATS was lost', { cause });
    };
    run().catch((error: unknown) => observer.error(error));
    return () => {
      isWanted = false;
      onEstablished(undefined);
      void connection?.close();
    };
  });
}
