import {
  GrowingTree,
  leafEntry,
  leafHash,
  recordEntry,
  streamPrefixes,
  type RecordedEvent,
} from '@verbatim/shared';
import type { Benchmark } from '../benchmark.ts';
import { grouped, median } from '../statistics.ts';
import { startAuditedInstance } from './audited-instance.ts';
import { importMessages } from './import-messages.ts';
import { runCommand } from './run-command.ts';

const messages = 50_000;
const runs = 5;

/**
 * What the record's hashes cost of all projecting: every read model is built from the log, hashes included, and the same
 * events are hashed alone, by the functions that the projector uses.
 */
export const recordHashingBenchmark: Benchmark = {
  name: 'record-hashing',
  summary: `what hashing adds to projecting, ${grouped(messages)} messages`,
  run: async () => {
    const audited = await startAuditedInstance();
    try {
      await importMessages(audited.owner, messages);
      const events: RecordedEvent[] = [];
      for await (const event of audited.eventStore.readAll({ streamPrefixes })) events.push(event);
      const hashing: number[] = [];
      for (let run = 0; run < runs; run += 1) hashing.push(hashAll(events));
      const { seconds } = await runCommand('projections/bin/projections.mjs', ['rebuild'], {
        VERBATIM_DATA_DIR: audited.instance.dataDirectory,
      });
      const hashSeconds = median(hashing);
      const each = (total: number): string => `${((total / events.length) * 1e6).toFixed(1)} µs an event`;
      console.log(`projecting ${grouped(events.length)} events, hashes included: ${each(seconds)}`);
      console.log(`hashing them alone: ${each(hashSeconds)}, median of ${runs} runs`);
      const share = hashSeconds / (seconds - hashSeconds);
      console.log(`projecting with hashes costs ${(share * 100).toFixed(1)} % more than without`);
    } finally {
      await audited.close();
    }
  },
};

/** Seconds for the leaves of all these events and the nodes over them. */
function hashAll(events: readonly RecordedEvent[]): number {
  const startedAt = performance.now();
  const tree = new GrowingTree(0, []);
  for (const event of events) tree.append(leafHash(leafEntry(recordEntry(event).stored)));
  return (performance.now() - startedAt) / 1_000;
}
