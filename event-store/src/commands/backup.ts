import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { dataFileOf } from '../log/data-file.ts';
import { openTablesForReading } from '../log/tables.ts';
import { UsageError, type Command } from './command.ts';
import { verifyLog } from './verify-log.ts';

export const backup: Command = {
  name: 'backup',
  synopsis: 'DIR TO',
  summary: 'copy a store, also while a server writes to it',
  help: `Copies the store in DIR into the new directory TO as it is at one moment, without free space, and then checks
the copy. A server may go on writing meanwhile; copying the files by other means would tear them.

The copy is a store of its own: start a server on it, or put it in the place of a lost one. Certificates are not
copied.`,
  options: {},
  positionals: { least: 2, most: 2 },
  run: async ({ positionals: [directory = '', target = ''] }) => {
    if (existsSync(target) && readdirSync(target).length > 0) throw new UsageError(`${target} is not empty`);
    mkdirSync(target, { recursive: true });
    const tables = openTablesForReading(directory);
    try {
      await tables.environment.backup(target, true);
      syncToDisk(dataFileOf(target));
      syncToDisk(target);
    } finally {
      await tables.environment.close();
    }
    const { events, streams, headHash } = await verifyLog(target);
    process.stdout.write(`copied and verified ${events} events in ${streams} streams\nhash ${headHash}\n`);
    return 0;
  },
};

/** A backup that a power failure could take away would be none. */
function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
