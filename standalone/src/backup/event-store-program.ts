import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { StartFault } from '../start-fault.ts';

const program = fileURLToPath(
  new URL('../bin/verbatim-event-store.mjs', import.meta.resolve('verbatim-event-store')),
);

/**
 * Runs a command of the event store's program, such as `backup` or `verify`: in a process of its own, because damage in
 * the files can crash whoever reads them.
 * @throws StartFault with what it said when it did not do all of it
 */
export async function runEventStore(command: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [program, command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complained = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0)
    throw new StartFault(
      `The event store's ${command} failed: ${complained.trim() || said.trim() || `it ended with ${signal ?? code ?? ''}`}`,
    );
  return said.trim();
}

/** The hash over all events, as `backup` and `verify` print it. */
export function hashIn(said: string): string {
  const hash = /^hash (?<hash>[0-9a-f]{64})$/m.exec(said)?.groups?.hash;
  if (hash === undefined) throw new StartFault(`The event store told no hash: ${said}`);
  return hash;
}
