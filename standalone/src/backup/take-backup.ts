import { createPool, MasterKey } from '@verbatim/shared';
import { BackupFiles, type BackedUpTable } from './backup-files.ts';
import { hashIn, runEventStore } from './event-store-program.ts';
import { readKeptTables } from './kept-schemas.ts';

export interface BackupOptions {
  /** Where the embedded event store keeps its events; undefined when it is somebody else's. */
  readonly eventsDirectory: string | undefined;
  readonly databaseUrl: string;
  /** Base64; named in the backup by its id, and never in it. */
  readonly masterKey: string;
  /** The installation's other keys by the names of their variables. */
  readonly keys: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/** A table may be long, and the statement that shows it is as long. */
const statementTimeoutMs = 600_000;

/**
 * Takes a backup while everything runs. The log comes first: whatever key an event in it was sealed with was durable
 * before the event was, so the vault as it is afterwards has it.
 */
export async function takeBackup(directory: string, options: BackupOptions): Promise<void> {
  const { eventsDirectory, databaseUrl, say } = options;
  const files = new BackupFiles(directory);
  await files.make();
  const eventsHash = eventsDirectory === undefined ? null : await copyEvents(eventsDirectory, files, say);
  const masterKey = new MasterKey(options.masterKey);
  const tables: BackedUpTable[] = [];
  const database = createPool(databaseUrl, {
    applicationName: 'verbatim backup',
    max: 1,
    statementTimeoutMs,
  });
  try {
    await readKeptTables(database, async (table, batches) => {
      const written = await files.writeTable(table, batches);
      tables.push(written);
      say(`copied ${written.rows} rows of ${table.schema}.${table.table}`);
    });
  } finally {
    await database.destroy();
  }
  const wrapped = Object.entries(options.keys).map(([name, key]) => [
    name,
    masterKey.wrap(Buffer.from(key), name),
  ]);
  await files.writeManifest(
    {
      version: 1,
      takenAt: new Date().toISOString(),
      eventsHash,
      masterKeyId: masterKey.id,
      wrappedKeys: Object.fromEntries(wrapped) as Record<string, string>,
      tables,
    },
    masterKey,
  );
}

async function copyEvents(
  eventsDirectory: string,
  files: BackupFiles,
  say: (line: string) => void,
): Promise<string> {
  const said = await runEventStore('backup', eventsDirectory, files.events);
  say(said);
  return hashIn(said);
}
