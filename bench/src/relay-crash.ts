import { setTimeout as delay } from 'node:timers/promises';
import { createLiveClient, createTokenKeeper, subprotocol, type LiveClient } from '@verbatim/shared/browser';
import { durableFrameSchema, pageOf } from '@verbatim/shared';
import { startInstance } from '@verbatim/testing/instance';
import WebSocket from 'ws';
import { talk } from './relay-crowd.ts';
import { gatherCrowd } from './relay/crowd.ts';
import { descendant } from './relay/process-figures.ts';
import { grouped, latencyLine } from './statistics.ts';
import type { Person } from './workspace.ts';

const killAfterMs = 3_000;
const messages = 1_500;
const settleWithinMs = 60_000;
const framesPage = pageOf(durableFrameSchema);

interface Watched {
  readonly live: LiveClient;
  readonly seqs: number[];
  readonly stop: () => void;
  resumedAt: number;
}

/**
 * kill -9 of the process that holds the relay, under load, with a thousand live clients: how soon each is back,
 * and whether any lost or doubled a frame.
 */
export async function relayCrashBenchmark(): Promise<void> {
  const instance = await startInstance();
  const stopping: (() => void)[] = [];
  try {
    const crowd = await gatherCrowd(instance.origin);
    const clients: Watched[] = crowd.people.flatMap((person) =>
      crowd.roomIds.map((roomId) => watch(instance.origin, person, roomId)),
    );
    stopping.push(...clients.map(({ stop }) => stop));
    await until(() => clients.every(({ live }) => live.connection.value.status === 'live'));
    console.log(`${grouped(clients.length)} live clients are connected`);

    const talking = talk(crowd, messages, new Map());
    await delay(killAfterMs);
    const pid = await descendant(instance.pid, 'front.js');
    const killedAt = performance.now();
    process.kill(pid, 'SIGKILL');
    const answersAgain = answering(instance.origin).then((at) =>
      console.log(`answers again after ${(at - killedAt).toFixed(0)} ms`),
    );
    for (const client of clients)
      client.live.connection.subscribe(({ status }) => {
        if (status === 'live' && performance.now() > killedAt + 20) client.resumedAt ||= performance.now();
      });
    await until(() => clients.every(({ resumedAt }) => resumedAt > 0));
    await answersAgain;
    console.log(`back after kill -9: ${latencyLine(clients.map(({ resumedAt }) => resumedAt - killedAt))}`);
    await talking;
    await talk(crowd, 200, new Map());

    const heads = await Promise.all(crowd.roomIds.map((roomId) => headOf(crowd.people[0], roomId)));
    const isWhole = ({ seqs }: Watched, index: number): boolean => {
      const head = heads[index % heads.length] ?? 0;
      const first = seqs[0] ?? head + 1;
      return seqs.length === head - first + 1 && seqs.every((seq, at) => seq === first + at);
    };
    await until(() => clients.every(isWhole)).catch(() => undefined);
    const broken = clients.filter((client, index) => !isWhole(client, index)).length;
    console.log(`clients with a frame lost or doubled: ${broken} of ${clients.length}`);
    if (broken > 0) process.exitCode = 1;
  } finally {
    for (const stop of stopping) stop();
    await instance.remove();
  }
}

function watch(origin: string, { session, api }: Person, roomId: string): Watched {
  const tokens = createTokenKeeper(() => Promise.resolve(undefined), {});
  const { accessToken: token, expiresIn, user } = session;
  tokens.set({ token, userId: user.id, expiresAtMs: Date.now() + expiresIn * 1_000 });
  const live = createLiveClient({
    userId: user.id,
    tokens,
    openSocket: () => new WebSocket(`${origin.replace('http', 'ws')}/ws/chat/${roomId}`, subprotocol),
    fetchFrames: async (id, after) => ({
      status: 'frames',
      frames: framesPage.parse(await api.call('GET', `/chat/rooms/${id}/events?after=${after}&limit=200`))
        .items,
    }),
    postMessage: () => Promise.resolve({ status: 'unknown' }),
    storage: {
      length: 0,
      key: () => null,
      getItem: () => null,
      setItem: () => undefined,
      removeItem: () => undefined,
    },
    platform: {},
    isOnline: () => true,
  });
  const stop = (): void => {
    live.stop();
    tokens.stop();
  };
  const watched: Watched = { live, seqs: [], stop, resumedAt: 0 };
  let isHeld = false;
  live.events.subscribe((event) => {
    if (event.type === 'frame') watched.seqs.push(event.frame.seq);
    const room = event.type === 'ready' ? event.rooms.find((each) => each.roomId === roomId) : undefined;
    if (room === undefined || isHeld) return;
    isHeld = true;
    live.hold(roomId, { seq: room.seq, epoch: room.epoch });
  });
  return watched;
}

async function headOf(person: Person | undefined, roomId: string): Promise<number> {
  for (let after = 0; ;) {
    const path = `/chat/rooms/${roomId}/events?after=${after}&limit=200`;
    const { items } = framesPage.parse(await person?.api.call('GET', path));
    const last = items.at(-1)?.seq;
    if (last === undefined) return after;
    after = last;
  }
}

/** When the process that holds the relay takes requests. */
async function answering(origin: string): Promise<number> {
  const isUp = (): Promise<boolean> =>
    fetch(`${origin}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isUp())) await delay(100);
  return performance.now();
}

async function until(isSo: () => boolean): Promise<void> {
  const givesUpAt = performance.now() + settleWithinMs;
  while (!isSo()) {
    if (performance.now() > givesUpAt) throw new Error('it did not come to pass in time');
    await delay(20);
  }
}
