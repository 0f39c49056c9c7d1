import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger, createPushPublisher, roomView, type PushItem } from '@verbatim/shared';
import { findInstance } from '@verbatim/shared/configuration';
import { startInstance } from '@verbatim/testing/instance';
import { startLoneService } from '../lone-service.ts';
import { gatherCrowd, type Crowd } from './crowd.ts';

/** A relay in a process of its own, which this process pushes to as a projector does. */
export interface LoneRelay {
  readonly origin: string;
  readonly pid: number;
  readonly crowd: Crowd;
  /**
   * Hands a message in each of these rooms to the relay, as one commit. Gives the bytes that it makes on a socket of
   * one room; all rooms stand at the same seq.
   */
  push(roomIds: readonly string[], text?: string): number;
  stop(): Promise<void>;
}

const readyWithinMs = 30_000;

export async function startLoneRelay(): Promise<LoneRelay> {
  const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  const instance = await startInstance({ env: { VERBATIM_SIGNING_KEY: signingKey } });
  const crowd = await gatherCrowd(instance.origin);
  const database = (await findInstance(instance.dataDirectory))?.database ?? '';
  const publisher = createPushPublisher({
    url: `tcp://:${randomBytes(24).toString('base64url')}@127.0.0.1:0`,
    logger: createLogger({ name: 'bench', level: 'silent' }),
  });
  const relay = await startLoneService('realtime', {
    DATABASE_URL: database,
    PUSH_URL: await publisher.url,
    COMMAND_API_URL: instance.origin,
    VERBATIM_SIGNING_KEY: signingKey,
  });
  const seqs = new Map(await Promise.all(crowd.roomIds.map((id) => lastSeqOf(crowd, id))));
  return {
    origin: relay.origin,
    pid: relay.pid,
    crowd,
    push: (roomIds, text) => {
      const organizationId = crowd.people[0]?.session.organization.id ?? '';
      const items = roomIds.map((roomId): PushItem => {
        const seq = (seqs.get(roomId) ?? 0) + 1;
        seqs.set(roomId, seq);
        return { kind: 'frame', organizationId, frame: messageFrame(roomId, seq, text) };
      });
      publisher.publish({ position: '1', items });
      return wireBytes(messageFrame(roomIds[0] ?? '', seqs.get(roomIds[0] ?? '') ?? 0, text));
    },
    stop: async () => {
      await relay.stop();
      await publisher.stop();
      await instance.remove();
    },
  };
}

const usualText = 'A message as long as people write them, with a few words more than a greeting has.';

/** As long as a usual message, and for every seq of six figures as long as any other. */
export function messageFrame(roomId: string, seq: number, text = usualText) {
  const at = '2026-01-01T00:00:00.000Z';
  const id = `01890000-0000-7000-8000-${String(seq).padStart(12, '0')}`;
  return {
    type: 'message',
    roomId,
    seq,
    position: '123456789',
    at,
    message: {
      id,
      roomId,
      seq,
      author: { id: '01890000-0000-7000-8000-00000000abcd', displayName: 'Somebody' },
      kind: 'text',
      content: 'present',
      text,
      createdAt: at,
      editedAt: null,
      deletedAt: null,
      replyTo: null,
      threadOf: null,
      replyCount: 0,
      reactions: [],
      mentions: [],
      pinned: false,
    },
  } satisfies Extract<PushItem, { kind: 'frame' }>['frame'];
}

/** As long as a frame is on a socket: its JSON and the header for what has 126 to 65,535 bytes. */
export const wireBytes = (frame: object): number => Buffer.byteLength(JSON.stringify(frame)) + 4;

/** Once everybody's coming in has been projected. */
async function lastSeqOf({ people }: Crowd, roomId: string): Promise<[string, number]> {
  const givesUpAt = performance.now() + readyWithinMs;
  for (;;) {
    const { lastSeq } = roomView.parse(await people[0]?.api.call('GET', `/chat/rooms/${roomId}`));
    if (lastSeq >= people.length) return [roomId, lastSeq];
    if (performance.now() > givesUpAt) throw new Error('the rooms were not projected');
    await delay(50);
  }
}
