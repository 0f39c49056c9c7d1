import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { inTurns, openSink, type ByteSink } from './relay/byte-sink.ts';
import { ended } from './lone-service.ts';
import { messageFrame, startLoneRelay, wireBytes } from './relay/lone-relay.ts';
import { processorSeconds } from './relay/process-figures.ts';
import { grouped, median } from './statistics.ts';

const rounds = 400;
const runs = 5;
/** Rounds that have been asked for and not arrived: as a busy projector's commits. */
const window = 16;
const givesUpAfterMs = 60_000;

interface Sender {
  readonly sinks: readonly ByteSink[];
  readonly pid: number;
  /** One frame to each socket of each room; gives its bytes there. */
  readonly round: () => number;
}

/**
 * One frame to a thousand sockets in twenty rooms, over and over: the relay beside bare `ws` that sends one prepared
 * frame, by turns in one run, so that whatever else the machine does slows both alike.
 */
export async function relayFanOutBenchmark(): Promise<void> {
  const relay = await startLoneRelay();
  const bareProgram = fileURLToPath(new URL('./relay/bare-server.js', import.meta.url));
  const bareServer = spawn(process.execPath, [bareProgram], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const { people, roomIds } = relay.crowd;
    const places = people.flatMap(({ session }) =>
      roomIds.map((roomId) => ({ roomId, token: session.accessToken })),
    );
    const relayPort = Number(new URL(relay.origin).port);
    const relaySinks = await inTurns(places, ({ roomId, token }) =>
      openSink(relayPort, `/ws/chat/${roomId}`, JSON.stringify({ type: 'hello', token })),
    );
    await delay(1_000);

    const [line] = (await once(createInterface({ input: bareServer.stdout }), 'line')) as [string];
    const ports = z.object({ sockets: z.number(), control: z.number() }).parse(JSON.parse(line));
    const bareSinks = await inTurns(places, ({ roomId }) => openSink(ports.sockets, `/${roomId}`));
    const control = connect(ports.control, '127.0.0.1').setNoDelay(true);
    const prepared = messageFrame(roomIds[0] ?? '', 1_000);
    const preparedBytes = wireBytes(prepared);
    control.write(`${JSON.stringify(prepared)}\n`);

    const senders: Record<'relay' | 'bare', Sender> = {
      relay: {
        sinks: relaySinks,
        pid: relay.pid,
        round: () => relay.push(roomIds),
      },
      bare: {
        sinks: bareSinks,
        pid: bareServer.pid ?? 0,
        round: () => {
          control.write('round\n');
          return preparedBytes;
        },
      },
    };
    const rates: Record<'relay' | 'bare', number[]> = { relay: [], bare: [] };
    const costs: Record<'relay' | 'bare', number[]> = { relay: [], bare: [] };
    for (let run = 0; run <= runs; run += 1)
      for (const name of ['bare', 'relay'] as const) {
        const { perSecond, microsecondsEach } = await measure(senders[name]);
        if (run === 0) continue; // to warm up
        rates[name].push(perSecond);
        costs[name].push(microsecondsEach);
      }
    for (const name of ['bare', 'relay'] as const)
      console.log(
        `${name.padEnd(6)}${grouped(median(rates[name]))} deliveries/s, ${median(costs[name]).toFixed(2)} µs of its processor each`,
      );
    const share = (100 * median(rates.relay)) / median(rates.bare);
    console.log(`relay / bare ws: ${share.toFixed(0)} % of the rate`);
    for (const { socket } of [...relaySinks, ...bareSinks]) socket.destroy();
    control.destroy();
  } finally {
    await ended(bareServer);
    await relay.stop();
  }
}

async function measure({ sinks, pid, round }: Sender) {
  const bytesOfEach = () => sinks.reduce((sum, { bytes }) => sum + bytes, 0) / sinks.length;
  const before = bytesOfEach();
  let askedBytes = 0;
  let frameBytes = 1;
  const missingRounds = () => (askedBytes - (bytesOfEach() - before)) / frameBytes;
  const cpuBefore = await processorSeconds(pid);
  const startedAt = performance.now();
  for (let asked = 0; asked < rounds;) {
    while (asked < rounds && missingRounds() < window) {
      frameBytes = round();
      askedBytes += frameBytes;
      asked += 1;
    }
    await new Promise(setImmediate);
    if (performance.now() - startedAt > givesUpAfterMs) throw new Error('deliveries do not come');
  }
  while (missingRounds() > 0.5) {
    await new Promise(setImmediate);
    if (performance.now() - startedAt > givesUpAfterMs) throw new Error('deliveries were lost');
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const deliveries = rounds * sinks.length;
  const cpu = (await processorSeconds(pid)) - cpuBefore;
  return { perSecond: deliveries / seconds, microsecondsEach: (cpu / deliveries) * 1e6 };
}
