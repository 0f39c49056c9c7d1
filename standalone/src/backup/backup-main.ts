import path from 'node:path';
import { findInstance } from '@verbatim/shared/configuration';
import { keyFileOf, type Keys } from '../data-directory/keys.ts';
import { readKeptFile } from '../data-directory/kept-file.ts';
import { StartFault } from '../start-fault.ts';
import { runDirectoryCommand } from './command.ts';
import { takeBackup } from './take-backup.ts';

const help = `npm run backup -- DIR [--without-events]

Takes a backup of the instance that runs on VERBATIM_DATA_DIR (default ./data) into the new folder DIR, while it serves:
the log first, then the key vault and the accounts. Read models are made again from the log, sessions are left out.

The master key (keys/master-key in the data directory, or VERBATIM_MASTER_KEY) is in no backup: keep a copy of it
elsewhere, without it a backup opens nothing. Keep CHECKPOINT_ANCHOR_DIR (default: anchors in the data directory)
outside of backups too: it knows which keys were destroyed, and how far the record had grown.

  --without-events   with EVENTSTORE_URL: the event store is backed up by its own means, just before this

Exit code 0 when the backup is whole.
`;

await runDirectoryCommand({
  name: 'backup',
  help,
  flags: { 'without-events': { type: 'boolean', default: false } },
  run: async (directory, values) => {
    const dataDirectory = path.resolve(process.env.VERBATIM_DATA_DIR ?? 'data');
    const isEmbedded = !process.env.EVENTSTORE_URL;
    if (!isEmbedded && values['without-events'] !== true)
      throw new StartFault(
        'EVENTSTORE_URL names an event store of your own: back it up by its own means first, then run this with --without-events.',
      );
    const database = process.env.DATABASE_URL ?? (await findInstance(dataDirectory))?.database;
    if (database === undefined)
      throw new StartFault(`No instance of Verbatim is running on ${dataDirectory}: start it first.`);
    const keyOf = async (name: keyof Keys): Promise<string> => {
      const key = process.env[name] ?? (await readKeptFile(keyFileOf(dataDirectory, name)))?.trim();
      if (key === undefined)
        throw new StartFault(`${keyFileOf(dataDirectory, name)} is missing: set ${name}.`);
      return key;
    };
    await takeBackup(directory, {
      eventsDirectory:
        isEmbedded && values['without-events'] !== true ? path.join(dataDirectory, 'events') : undefined,
      databaseUrl: database,
      masterKey: await keyOf('VERBATIM_MASTER_KEY'),
      keys: {
        VERBATIM_SIGNING_KEY: await keyOf('VERBATIM_SIGNING_KEY'),
        VERBATIM_CHECKPOINT_KEY: await keyOf('VERBATIM_CHECKPOINT_KEY'),
      },
      say: (line) => process.stdout.write(`${line}\n`),
    });
    process.stdout.write(`The backup in ${path.resolve(directory)} is whole. The master key is not in it.\n`);
  },
});
