import { setTimeout as delay } from 'node:timers/promises';
import { inTurns, openSink, type ByteSink } from './relay/byte-sink.ts';
import { startLoneRelay, type LoneRelay } from './relay/lone-relay.ts';
import { residentBytes } from './relay/process-figures.ts';
import { openRoomSocket } from './relay/room-socket.ts';
import { grouped, latencyLine } from './statistics.ts';

const socketsOfEach = 4;
/** The relay's heap shrinks to what it needs once nothing happens for a while. */
const settleMs = 20_000;
const pushEveryMs = 50;
const textCharacters = 30_000;
const controlMs = 8_000;
const givesUpAfterMs = 60_000;
const bytesPerKiB = 1_024;
const bytesPerMiB = 1_024 * bytesPerKiB;

/**
 * What a relay's process grows by: for a socket that only listens, and for a reader that stops reading until it is
 * cut, each of them alone in its room, while others there read on.
 */
export async function relayMemoryBenchmark(): Promise<void> {
  const relay = await startLoneRelay();
  const sinks: ByteSink[] = [];
  try {
    sinks.push(...(await crowdOf(relay)));
    await delay(settleMs);
    const before = await residentBytes(relay.pid);
    for (let each = 1; each < socketsOfEach; each += 1) sinks.push(...(await crowdOf(relay)));
    await delay(settleMs);
    const added = (sinks.length * (socketsOfEach - 1)) / socketsOfEach;
    const grown = (await residentBytes(relay.pid)) - before;
    console.log(
      `an idle socket: ${(grown / added / bytesPerKiB).toFixed(1)} KiB (${grouped(added)} sockets more)`,
    );
    for (const { socket } of sinks.splice(0)) socket.destroy();
    await stopReading(relay);
  } finally {
    for (const { socket } of sinks) socket.destroy();
    await relay.stop();
  }
}

/** A thousand sockets: everybody on each room once. */
function crowdOf({ origin, crowd }: LoneRelay): Promise<ByteSink[]> {
  const port = Number(new URL(origin).port);
  const places = crowd.people.flatMap(({ session }) =>
    crowd.roomIds.map((roomId) => ({ roomId, token: session.accessToken })),
  );
  return inTurns(places, ({ roomId, token }) =>
    openSink(port, `/ws/chat/${roomId}`, JSON.stringify({ type: 'hello', token })),
  );
}

async function stopReading(relay: LoneRelay): Promise<void> {
  const { origin, crowd, pid } = relay;
  const [stuckPerson, watchingPerson] = crowd.people;
  if (stuckPerson === undefined || watchingPerson === undefined) throw new Error('the crowd is too small');
  let latenciesMs: number[] = [];
  const watchers = await Promise.all(
    crowd.roomIds.map((roomId) =>
      openRoomSocket(origin, watchingPerson.session.accessToken, roomId, (text) => {
        const sentAt = /"text":"(?<at>[\d.]+) /.exec(text)?.groups?.at;
        if (sentAt !== undefined) latenciesMs.push(performance.now() - Number(sentAt));
      }),
    ),
  );
  const stuck = await inTurns(crowd.roomIds, (roomId) =>
    openSink(
      Number(new URL(origin).port),
      `/ws/chat/${roomId}`,
      JSON.stringify({ type: 'hello', token: stuckPerson.session.accessToken }),
    ),
  );
  /** Pushes to all rooms at a steady pace; gives the most that the process held, and of that in buffers. */
  const pushUntil = async (isEnough: () => Promise<boolean>): Promise<{ all: number; buffers: number }> => {
    latenciesMs = [];
    const most = { all: 0, buffers: 0 };
    const givesUpAt = performance.now() + givesUpAfterMs;
    while (!(await isEnough())) {
      if (performance.now() > givesUpAt) throw new Error('nobody was cut');
      relay.push(crowd.roomIds, `${performance.now()} `.padEnd(textCharacters, 'x'));
      await delay(pushEveryMs);
      most.all = Math.max(most.all, await residentBytes(pid));
      most.buffers = Math.max(most.buffers, await metricOf(origin, 'nodejs_external_memory_bytes'));
    }
    return most;
  };

  const controlUntil = performance.now() + controlMs;
  const control = await pushUntil(() => Promise.resolve(performance.now() > controlUntil));
  console.log(`others while all read:    ${latencyLine(latenciesMs)}`);
  for (const { socket } of stuck) socket.pause();
  const most = await pushUntil(
    async () => (await metricOf(origin, 'relay_cut_sockets_total')) >= stuck.length,
  );
  console.log(`others while some do not: ${latencyLine(latenciesMs)}`);
  const each = (kind: 'all' | 'buffers'): string =>
    ((most[kind] - control[kind]) / stuck.length / bytesPerMiB).toFixed(2);
  console.log(
    `a reader that stops reading: ${each('all')} MiB more of the process, ${each('buffers')} MiB more in buffers ` +
      `(${stuck.length} of them, until they were cut)`,
  );
  for (const { socket } of stuck) socket.destroy();
  for (const { webSocket } of watchers) webSocket.terminate();
}

/** What the relay says of itself. */
async function metricOf(origin: string, name: string): Promise<number> {
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  return Number(new RegExp(`^${name}\\{.*\\} (?<value>\\d+)$`, 'm').exec(metrics)?.groups?.value ?? 0);
}
