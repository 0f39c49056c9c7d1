import { setTimeout as wait } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import { fullJitterMs } from '../event-store/back-off.ts';
import type { Logger } from '../logging/logger.ts';
import { batchParts } from './batch-parts.ts';
import type { PushPublisher } from './channel.ts';
import { connectToNats, natsSubjects } from './nats-connection.ts';
import { pushLimits } from './push-lines.ts';
import type { PushBatch, PushItem } from './push.ts';

const backOff = { baseMs: 100, capMs: 2_000 };

/** While NATS is away batches are dropped; once it is back relays are told to look for what they missed. */
export function createNatsPublisher(url: string, logger: Logger): PushPublisher {
  const stopping = new AbortController();
  let connection: NatsConnection | undefined;

  const stayConnected = async (): Promise<void> => {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      try {
        connection = await connectToNats(url, 'verbatim-projector');
        stopping.signal.throwIfAborted();
        connection.publish(natsSubjects.publishers);
        attempt = 0;
        logger.debug({ cause: await connection.closed() }, 'the connection to NATS was lost');
      } catch (error) {
        logger.warn({ err: error }, 'no connection to NATS');
      }
      await connection?.close();
      connection = undefined;
      const woken = (): undefined => undefined;
      await wait(fullJitterMs(attempt, backOff), undefined, { signal: stopping.signal }).catch(woken);
    }
  };
  const running = stayConnected();

  return {
    url: Promise.resolve(url),
    publish: (batch) => {
      if (connection === undefined || connection.isClosed()) return;
      for (const [subject, items] of bySubject(batch))
        for (const part of batchParts({ position: batch.position, items }, pushLimits.batchPartBytes))
          connection.publish(subject, part);
    },
    stop: async () => {
      stopping.abort();
      await connection?.close();
      await running;
    },
  };
}

/** Grouped without changing the order within a subject; nobody relies on the order between rooms. */
function bySubject(batch: PushBatch): Map<string, PushItem[]> {
  const groups = new Map<string, PushItem[]>();
  for (const item of batch.items) {
    const subject = subjectOf(item);
    const group = groups.get(subject);
    if (group === undefined) groups.set(subject, [item]);
    else group.push(item);
  }
  return groups;
}

function subjectOf(item: PushItem): string {
  if (item.kind === 'frame') return natsSubjects.room(item.organizationId, item.frame.roomId);
  return 'roomId' in item
    ? natsSubjects.room(item.organizationId, item.roomId)
    : natsSubjects.organization(item.organizationId);
}
