import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { startPostgres } from '@verbatim/postgres';
import {
  accountsSchema,
  createPool,
  inTransaction,
  MasterKey,
  migrate,
  vaultSchema,
  type Database,
} from '@verbatim/shared';
import { keyFileOf, type Keys } from '../data-directory/keys.ts';
import { readKeptFile, writeKeptFile } from '../data-directory/kept-file.ts';
import { StartFault } from '../start-fault.ts';
import { BackupFiles, type BackupManifest } from './backup-files.ts';
import { Destroyed } from './destroyed.ts';
import { hashIn, runEventStore } from './event-store-program.ts';
import { insertRows, refuseKeptRows } from './kept-schemas.ts';
import { verifyRestored } from './verify-restored.ts';

export interface RestoreOptions {
  readonly dataDirectory: string;
  /** Where checkpoints and the list of destroyed keys are kept outside of backups. */
  readonly anchorDirectory: string;
  /** Given when the stores are somebody else's; the event store was restored by its own means then. */
  readonly eventStoreUrl: string | undefined;
  readonly databaseUrl: string | undefined;
  /** What was given in the environment, the master key above all; else what the data directory has. */
  readonly keys: Partial<Keys>;
  /** The backup ends before what is known to have been there: whoever restores it knows that this is lost. */
  readonly acceptsLoss: boolean;
  /** The list of destroyed keys is lost, or was never kept: whoever restores knows that what was erased comes back. */
  readonly acceptsLostErasures: boolean;
  readonly say: (line: string) => void;
}

const statementTimeoutMs = 600_000;

/**
 * Puts a backup in the place of a lost installation. Nothing is put in place before the record in it was verified, and
 * no key that was destroyed since is written anywhere.
 */
export async function restoreBackup(directory: string, options: RestoreOptions): Promise<void> {
  const { dataDirectory, anchorDirectory, say } = options;
  const files = new BackupFiles(directory);
  const masterKey = await findMasterKey(options);
  const manifest = await files.readManifest(masterKey.key);
  for (const table of manifest.tables) await files.checkTable(table);
  const events = path.join(dataDirectory, 'events');
  const postgres = path.join(dataDirectory, 'postgres');
  const isEmbedded = options.eventStoreUrl === undefined;
  if (isEmbedded && manifest.eventsHash === null)
    throw new StartFault(
      'This backup holds no events: restore the event store by its own means, and give EVENTSTORE_URL.',
    );
  if (isEmbedded) refuseData(events);
  if (options.databaseUrl === undefined) refuseData(postgres);
  const keys = await openKeys(manifest, masterKey, options);
  for (const place of [events, postgres]) await rm(restoring(place), { recursive: true, force: true });
  if (isEmbedded) {
    const said = await runEventStore('verify', files.events);
    say(said);
    if (hashIn(said) !== manifest.eventsHash)
      throw new StartFault(`${files.events} holds other events than the backup's manifest names.`);
    await cp(files.events, restoring(events), { recursive: true });
  }
  await verifyRestored({
    eventStore: options.eventStoreUrl ?? { directory: restoring(events) },
    checkpointKey: keys.VERBATIM_CHECKPOINT_KEY,
    anchorDirectory,
    acceptsLoss: options.acceptsLoss,
    acceptsLostErasures: options.acceptsLostErasures,
    say,
  });
  const destroyed = await Destroyed.listedIn(anchorDirectory, options.acceptsLostErasures);
  await withDatabase(options, (database) => restoreTables(database, files, manifest, destroyed, say));
  await keepKeys(dataDirectory, keys, options.keys);
  if (options.databaseUrl === undefined) await rename(restoring(postgres), postgres);
  if (isEmbedded) await rename(restoring(events), events);
  say(`Of ${destroyed.count} keys that are listed as destroyed, none came back.`);
  if (options.acceptsLostErasures)
    say('Whatever else was erased or expired after the backup is there again: ask for these erasures anew.');
}

/** Under this name until all is as it should be; a restore that was cut off begins again. */
const restoring = (place: string): string => `${place}.restoring`;

function refuseData(place: string): void {
  if (existsSync(place))
    throw new StartFault(`${place} is there already: move it away, a backup is never mixed with other data.`);
}

const keptKey = async (
  { dataDirectory, keys }: RestoreOptions,
  name: keyof Keys,
): Promise<string | undefined> => keys[name] ?? (await readKeptFile(keyFileOf(dataDirectory, name)))?.trim();

interface FoundMasterKey {
  readonly text: string;
  readonly key: MasterKey;
}

async function findMasterKey(options: RestoreOptions): Promise<FoundMasterKey> {
  const text = await keptKey(options, 'VERBATIM_MASTER_KEY');
  if (text === undefined)
    throw new StartFault(
      `The master key is in no backup: put it back as ${keyFileOf(options.dataDirectory, 'VERBATIM_MASTER_KEY')}, or set VERBATIM_MASTER_KEY.`,
    );
  return { text, key: new MasterKey(text) };
}

async function openKeys(
  manifest: BackupManifest,
  masterKey: FoundMasterKey,
  options: RestoreOptions,
): Promise<Keys> {
  const opened = async (name: keyof Keys): Promise<string> => {
    const wrapped = manifest.wrappedKeys[name];
    const key = (await keptKey(options, name)) ?? (wrapped && masterKey.key.unwrap(wrapped, name).toString());
    if (key === undefined) throw new StartFault(`The backup has no ${name}: set it.`);
    return key;
  };
  return {
    VERBATIM_MASTER_KEY: masterKey.text,
    VERBATIM_SIGNING_KEY: await opened('VERBATIM_SIGNING_KEY'),
    VERBATIM_CHECKPOINT_KEY: await opened('VERBATIM_CHECKPOINT_KEY'),
  };
}

/** What comes from the environment stays there. */
async function keepKeys(dataDirectory: string, keys: Keys, given: Partial<Keys>): Promise<void> {
  for (const name of Object.keys(keys) as (keyof Keys)[]) {
    const file = keyFileOf(dataDirectory, name);
    if (given[name] !== undefined || existsSync(file)) continue;
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeKeptFile(file, `${keys[name]}\n`);
  }
}

async function withDatabase(
  { databaseUrl, dataDirectory }: RestoreOptions,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const postgres =
    databaseUrl === undefined
      ? await startPostgres({ directory: restoring(path.join(dataDirectory, 'postgres')) })
      : undefined;
  const url = databaseUrl ?? postgres?.url ?? '';
  const database = createPool(url, { applicationName: 'verbatim restore', statementTimeoutMs });
  try {
    await work(database);
  } finally {
    await database.destroy();
    await postgres?.stop();
  }
}

async function restoreTables(
  database: Database,
  files: BackupFiles,
  manifest: BackupManifest,
  destroyed: Destroyed,
  say: (line: string) => void,
): Promise<void> {
  await migrate(database, 'vault', vaultSchema);
  await migrate(database, 'accounts', accountsSchema);
  await inTransaction(database, async (transaction) => {
    await refuseKeptRows(transaction);
    for (const table of manifest.tables) {
      const rows = await insertRows(transaction, table, destroyed.surviving(table, files.readTable(table)));
      say(`restored ${rows} of ${table.rows} rows of ${table.schema}.${table.table}`);
    }
    await destroyed.bury(transaction);
  });
}
