import { setTimeout as delay } from 'node:timers/promises';
import { durableFrameSchema, pageOf } from '@verbatim/shared';
import { startInstance } from '@verbatim/testing/instance';
import { talk } from './relay-crowd.ts';
import { gatherCrowd } from './relay/crowd.ts';
import { descendant } from './relay/process-figures.ts';
import { ResumingSocket } from './relay/resuming-socket.ts';
import { grouped, latencyLine } from './statistics.ts';
import type { Person } from './workspace.ts';

const killAfterMs = 3_000;
const messages = 1_500;
const settleWithinMs = 60_000;
const framesPage = pageOf(durableFrameSchema);

/**
 * kill -9 of the process that holds the relay, under load, with a thousand live clients: how soon each is back,
 * and whether any lost or doubled a frame.
 */
export async function relayCrashBenchmark(): Promise<void> {
  const instance = await startInstance();
  const clients: ResumingSocket[] = [];
  try {
    const crowd = await gatherCrowd(instance.origin);
    for (const { session } of crowd.people)
      for (const roomId of crowd.roomIds)
        clients.push(new ResumingSocket(instance.origin, roomId, session.accessToken));
    await until(() => clients.every(({ isLive }) => isLive));
    console.log(`${grouped(clients.length)} live clients are connected`);

    const talking = talk(crowd, messages, new Map());
    await delay(killAfterMs);
    const pid = await descendant(instance.pid, 'front.js');
    const killedAt = performance.now();
    process.kill(pid, 'SIGKILL');
    const answersAgain = answering(instance.origin);
    await until(() => clients.every(({ isLive, resumedAt }) => isLive && resumedAt > killedAt));
    console.log(`the killed process answers again after ${((await answersAgain) - killedAt).toFixed(0)} ms`);
    console.log(`back after kill -9: ${latencyLine(clients.map(({ resumedAt }) => resumedAt - killedAt))}`);
    await talking;
    await talk(crowd, 200, new Map());

    const heads = new Map<string, number>();
    for (const roomId of crowd.roomIds) heads.set(roomId, await headOf(crowd.people[0], roomId));
    const isWhole = ({ seqs, roomId, wasSentAway }: ResumingSocket): boolean => {
      const head = heads.get(roomId) ?? 0;
      const first = seqs[0] ?? head + 1;
      return !wasSentAway && seqs.length === head - first + 1 && seqs.every((seq, at) => seq === first + at);
    };
    await until(() => clients.every(isWhole)).catch(() => undefined);
    const broken = clients.filter((client) => !isWhole(client)).length;
    console.log(`clients with a frame lost or doubled: ${broken} of ${grouped(clients.length)}`);
    if (broken > 0) process.exitCode = 1;
  } finally {
    for (const client of clients) client.stop();
    await instance.remove();
  }
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
