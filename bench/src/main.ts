import type { Benchmark } from './benchmark.ts';
import { commandPathBenchmark } from './command-path.ts';
import { liveLatencyBenchmark } from './live-latency.ts';
import { recordHashingBenchmark } from './record/hashing.ts';
import { recordPastBenchmark } from './record/past-room.ts';
import { recordProofsBenchmark } from './record/proofs.ts';
import { recordVerifyBenchmark } from './record/verify.ts';
import { backlogBenchmark } from './read-models/backlog.ts';
import { historyBenchmark } from './read-models/history.ts';
import { lagBenchmark } from './read-models/lag.ts';
import { rebuildBenchmark } from './read-models/rebuild.ts';
import { searchBenchmark } from './read-models/search.ts';
import { relayCrashBenchmark } from './relay-crash.ts';
import { relayCrowdBenchmark } from './relay-crowd.ts';
import { relayFanOutBenchmark } from './relay-fan-out.ts';
import { relayMemoryBenchmark } from './relay-memory.ts';
import { throughputBenchmark } from './throughput.ts';
import { webBenchmark } from './web.ts';

const usageExitCode = 64;

const benchmarks: readonly Benchmark[] = [
  throughputBenchmark,
  liveLatencyBenchmark,
  {
    name: 'command-path',
    summary: "commands against bare appends to the same store, the event store's pace kept",
    run: commandPathBenchmark,
  },
  {
    name: 'relay-crowd',
    summary: '1,000 sockets in 20 rooms: connecting, and from sending to receiving at 100 messages/s',
    run: relayCrowdBenchmark,
  },
  {
    name: 'relay-fan-out',
    summary: 'the relay beside bare `ws` that sends one prepared frame to the same number of sockets',
    run: relayFanOutBenchmark,
  },
  {
    name: 'relay-memory',
    summary: 'what an idle socket and a reader that stops reading cost the relay, and others',
    run: relayMemoryBenchmark,
  },
  {
    name: 'relay-crash',
    summary: 'kill -9 of the relay under 1,000 live clients: back when, anything lost or doubled',
    run: relayCrashBenchmark,
  },
  recordVerifyBenchmark,
  recordHashingBenchmark,
  recordProofsBenchmark,
  recordPastBenchmark,
  {
    name: 'rebuild',
    summary: 'all read models built anew from 1,000,000 events while people write and ask',
    run: rebuildBenchmark,
  },
  {
    name: 'backlog',
    summary: 'how fast running projectors work off what was written faster than they project',
    run: backlogBenchmark,
  },
  {
    name: 'lag',
    summary: 'from an event being stored to its rows being committed, at 100 messages/s',
    run: lagBenchmark,
  },
  {
    name: 'history',
    summary: 'a page at a random place of a room, at 10,000 messages and at 5,000,000',
    run: historyBenchmark,
  },
  {
    name: 'search',
    summary: 'searches of every kind among 5,000,000 messages',
    run: searchBenchmark,
  },
  {
    name: 'web',
    summary: 'the page: first load, opening a room, answers to keys and clicks, memory over traffic',
    run: webBenchmark,
  },
];

const [name, ...args] = process.argv.slice(2);
const benchmark = benchmarks.find((candidate) => candidate.name === name);
if (benchmark === undefined) {
  const lines = benchmarks.map((known) => `  npm run bench -- ${known.name.padEnd(14)}${known.summary}`);
  console.log(`Measurements (each starts an instance of its own and stops it):\n${lines.join('\n')}`);
  if (name !== undefined && name !== '--help') process.exitCode = usageExitCode;
} else {
  await benchmark.run(args);
}
