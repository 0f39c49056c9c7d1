import type { Benchmark } from './benchmark.ts';
import { commandPathBenchmark } from './command-path.ts';
import { liveLatencyBenchmark } from './live-latency.ts';
import { throughputBenchmark } from './throughput.ts';

const usageExitCode = 64;

const benchmarks: readonly Benchmark[] = [
  throughputBenchmark,
  liveLatencyBenchmark,
  {
    name: 'command-path',
    summary: "commands against bare appends to the same store, the event store's pace kept",
    run: commandPathBenchmark,
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
