import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EventStoreDBClient } from '@eventstore/db-client';
import { findInstance } from '@verbatim/shared/configuration';
import type { Instance } from '@verbatim/testing/instance';
import { descendant } from '../relay/process-figures.ts';
import { grouped, latencyLine } from '../statistics.ts';
import { publicChats, readChatTexts } from './chat-texts.ts';
import { startKept } from './kept-instance.ts';
import { fillLog } from './log-filler.ts';
import { peakMegabytes } from './peak-memory.ts';
import { SteadyLoad } from './steady-load.ts';
import { teamsTalking } from './teams.ts';

const rates = { sends: 50, asks: 20 };
const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * All read models built anew while people write and ask, beside the bare rate at which the official client reads the
 * same log: what projecting leaves of it.
 */
export async function rebuildBenchmark(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '1000000' },
      data: { type: 'string', default: publicChats },
      kept: { type: 'string' },
      fill: { type: 'boolean', default: false },
    },
  });
  const count = Number(values.events);
  const instance = await startKept(`log-${count}`, values.kept, async (fresh) => {
    const texts = await readChatTexts(values.data);
    const filled = await fillLog(fresh, teamsTalking(count, texts), (events) =>
      console.log(`${grouped(events)} events`),
    );
    console.log(`${grouped(filled.events)} events, ${grouped(filled.events / filled.seconds)}/s`);
  });
  try {
    if (!values.fill) await measure(instance);
  } finally {
    await instance.stop();
  }
}

async function measure(instance: Instance): Promise<void> {
  const bare = await readBare(instance);
  console.log(`bare: ${grouped(bare.events)} events read at ${grouped(bare.perSecond)}/s`);
  const projector = await descendant(instance.pid, 'projections.js');
  const load = await SteadyLoad.start(instance.origin, rates);
  const rebuilt = await rebuildWhileServing(instance);
  const { sent, asked, failed, stale, answerMs } = await load.stop();
  const perSecond = bare.events / rebuilt.loadingSeconds;
  const share = (perSecond / bare.perSecond) * 100;
  console.log(
    `loading: ${grouped(perSecond)} events/s, ${share.toFixed(1)} % of the bare rate; ` +
      `${rebuilt.loadingSeconds.toFixed(1)} s, then ${rebuilt.restSeconds.toFixed(1)} s for indexes, catching up and switching`,
  );
  console.log(
    `memory: ${rebuilt.peakMegabytes} MB rebuilding, ${await peakMegabytes(projector)} MB following, at their peaks`,
  );
  console.log(`meanwhile: ${sent} messages sent; ${asked} questions, answered in ${latencyLine(answerMs)}`);
  console.log(`failed: ${failed.length}, stale: ${stale.length}`);
  const times = new Map<string, number>();
  for (const line of [...failed, ...stale]) times.set(line, (times.get(line) ?? 0) + 1);
  for (const [line, count] of times) console.log(`  ${count} × ${line}`);
}

async function readBare(instance: Instance): Promise<{ events: number; perSecond: number }> {
  const found = await findInstance(instance.dataDirectory);
  if (found === undefined) throw new Error('the instance does not tell where its event store is');
  const client = EventStoreDBClient.connectionString(found.eventStore);
  const startedAt = performance.now();
  let events = 0;
  for await (const { event } of client.readAll()) if (event !== undefined) events += 1;
  const seconds = (performance.now() - startedAt) / 1_000;
  await client.dispose();
  return { events, perSecond: events / seconds };
}

const pollMemoryMs = 500;

async function rebuildWhileServing(instance: Instance) {
  // as an operator does it, with the limits of memory that the script sets
  const child = spawn('npm', ['run', '--silent', 'rebuild-projections'], {
    cwd: root,
    env: { ...process.env, VERBATIM_DATA_DIR: instance.dataDirectory },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let loadedAt = 0;
  let startedAt = 0;
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => {
    console.log(`  ${line}`);
    if (line === 'loading') startedAt = performance.now();
    else if (line.startsWith('indexing')) loadedAt ||= performance.now();
  });
  const rebuilding = await descendant(child.pid ?? 0, 'projections.mjs');
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, await peakMegabytes(rebuilding));
    await Promise.race([exited, delay(pollMemoryMs)]);
  }
  const [code] = await exited;
  if (code !== 0) throw new Error(`the rebuild ended with ${code}`);
  return {
    loadingSeconds: (loadedAt - startedAt) / 1_000,
    restSeconds: (performance.now() - loadedAt) / 1_000,
    peakMegabytes: peak,
  };
}
