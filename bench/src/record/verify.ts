import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { GrowingTree, leafEntry, leafHash } from '@verbatim/shared';
import type { Benchmark } from '../benchmark.ts';
import { grouped, median } from '../statistics.ts';
import { startAuditedInstance } from './audited-instance.ts';
import { importMessages } from './import-messages.ts';
import { runCommand } from './run-command.ts';

const messages = 100_000;
const runs = 3;
const cli = 'cli/bin/verbatim.mjs';

/** How fast an auditor's machine verifies an export of everything, and the stores themselves. */
export const recordVerifyBenchmark: Benchmark = {
  name: 'record-verify',
  summary: `leaves verified per second, off line and in the stores, ${grouped(messages)} messages`,
  run: async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'verbatim-bench-'));
    const audited = await startAuditedInstance();
    try {
      const { owner, instance } = audited;
      await importMessages(owner, messages);
      const file = path.join(directory, 'everything.zip');
      const env = {
        VERBATIM_EMAIL: owner.session.user.email,
        VERBATIM_PASSWORD: owner.password,
        VERBATIM_DATA_DIR: instance.dataDirectory,
      };
      const asked = ['export', file, '--reason', 'a measurement', '--origin', instance.origin];
      const exported = await runCommand(cli, ['audit', ...asked], env);
      console.log(`an export of everything: ${exported.seconds.toFixed(1)} s`);
      const started = await runCommand(cli, ['audit', 'verify', '--help'], env);
      for (const [what, args] of [
        ['the export, off line', ['audit', 'verify', file, '--json']],
        ['the stores of the running instance', ['audit', 'verify', '--json']],
      ] as const) {
        const perSecond: number[] = [];
        for (let run = 0; run < runs; run += 1) {
          const { seconds, said } = await runCommand(cli, args, env);
          const events = Number(/"events":(?<events>\d+)/.exec(said)?.groups?.events);
          perSecond.push(events / (seconds - started.seconds));
        }
        console.log(
          `${what}: ${perSecond.map(grouped).join(', ')} leaves/s, median ${grouped(median(perSecond))}`,
        );
      }
      console.log(`the tree alone, from entries at hand to the root: ${grouped(leavesPerSecond())} leaves/s`);
    } finally {
      await audited.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

/** What RFC 6962 itself asks of a verifier: a leaf of each entry, and the tree over them. One thread. */
function leavesPerSecond(): number {
  const dataSha256 = createHash('sha256').update('data').digest('hex');
  const entries = Array.from({ length: messages }, (_, revision) => ({
    created: new Date(revision).toISOString(),
    dataSha256,
    eventId: randomUUID(),
    metadataSha256: dataSha256,
    revision,
    stream: `message-${randomUUID()}`,
    type: 'MessageSent',
  }));
  const startedAt = performance.now();
  const tree = new GrowingTree(0, []);
  for (const entry of entries) tree.append(leafHash(leafEntry(entry)));
  if (tree.root().length !== leafHash('').length) throw new Error('there is no root');
  return messages / ((performance.now() - startedAt) / 1_000);
}
