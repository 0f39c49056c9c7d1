import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { lockDataDirectory } from '../data-directory/instance-lock.ts';
import { runDirectoryCommand } from './command.ts';
import { restoreBackup } from './restore-backup.ts';

const help = `npm run restore -- DIR [--accept-loss] [--accept-lost-erasures]

Puts the backup in DIR in the place of a lost installation, on VERBATIM_DATA_DIR (default ./data), which must not hold
one; start it afterwards with npm start. With EVENTSTORE_URL and DATABASE_URL these stores are used; the event store
was restored by its own means then.

The record in the backup is verified first, against every checkpoint in it and in CHECKPOINT_ANCHOR_DIR (default:
anchors in the data directory). The keys that are listed there as destroyed do not come back: whoever was erased after
the backup was taken stays erased. So a folder that lacks the newest checkpoint of the backup, or a key that the backup
has as destroyed, is taken for the wrong one. It needs the master key: keys/master-key in the data directory, or
VERBATIM_MASTER_KEY. Everybody logs in anew.

  --accept-loss            the backup is known to be older than the newest checkpoints; what came after it is lost
  --accept-lost-erasures   the list of destroyed keys is lost, or was never kept: who was erased after the backup was
                           taken, and what expired, comes back, and is to be erased again

Exit code 0 when all was verified and restored. Otherwise nothing was put in place.
`;

await runDirectoryCommand({
  name: 'restore',
  help,
  flags: {
    'accept-loss': { type: 'boolean', default: false },
    'accept-lost-erasures': { type: 'boolean', default: false },
  },
  run: async (directory, values) => {
    const { env } = process;
    const dataDirectory = path.resolve(env.VERBATIM_DATA_DIR ?? 'data');
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    const lock = await lockDataDirectory(dataDirectory);
    try {
      await restoreBackup(directory, {
        dataDirectory,
        anchorDirectory: path.resolve(env.CHECKPOINT_ANCHOR_DIR ?? path.join(dataDirectory, 'anchors')),
        eventStoreUrl: env.EVENTSTORE_URL,
        databaseUrl: env.DATABASE_URL,
        keys: {
          ...(env.VERBATIM_MASTER_KEY !== undefined && { VERBATIM_MASTER_KEY: env.VERBATIM_MASTER_KEY }),
          ...(env.VERBATIM_SIGNING_KEY !== undefined && { VERBATIM_SIGNING_KEY: env.VERBATIM_SIGNING_KEY }),
          ...(env.VERBATIM_CHECKPOINT_KEY !== undefined && {
            VERBATIM_CHECKPOINT_KEY: env.VERBATIM_CHECKPOINT_KEY,
          }),
        },
        acceptsLoss: values['accept-loss'] === true,
        acceptsLostErasures: values['accept-lost-erasures'] === true,
        say: (line) => process.stdout.write(`${line}\n`),
      });
      process.stdout.write(`Restored to ${dataDirectory}. Start it with: npm start\n`);
    } finally {
      lock.release();
    }
  },
});
