import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from './command.ts';
import { verifyLog } from './verify-log.ts';

const IN_PROCESS = 'in-process';
const DAMAGED = 1;

export const verify: Command = {
  name: 'verify',
  synopsis: 'DIR',
  summary: 'check every event and every index entry',
  help: `Checks the checksum of every event, the hash chain over all of them, and that all indexes agree with the
log. It may run beside a server. Ends with 0 if all is well, with 1 if something is damaged.

The hash that it prints stands for all events up to the last: keep it elsewhere, and later compare.`,
  options: { [IN_PROCESS]: { type: 'boolean' } },
  positionals: { least: 1, most: 1 },
  run: async ({ positionals: [directory = ''], values }) =>
    values[IN_PROCESS] === true ? verifyHere(directory) : verifyInChild(directory),
};

async function verifyHere(directory: string): Promise<number> {
  const startedAt = performance.now();
  const { events, streams, headHash } = await verifyLog(directory);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`verified ${events} events in ${streams} streams in ${seconds} s\nhash ${headHash}\n`);
  return 0;
}

/** Damage in LMDB's own pages can crash the process that reads them. That is an answer too, so a child does the reading. */
async function verifyInChild(directory: string): Promise<number> {
  const [program = ''] = process.argv.slice(1);
  const child = spawn(process.execPath, [program, 'verify', directory, `--${IN_PROCESS}`], {
    stdio: 'inherit',
  });
  await once(child, 'exit');
  if (child.exitCode !== null) return child.exitCode;
  process.stderr.write(`DAMAGED: reading ${directory} ended with ${child.signalCode ?? 'a crash'}\n`);
  return DAMAGED;
}
