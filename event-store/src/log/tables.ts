import { existsSync } from 'node:fs';
import { open, type Database, type RootDatabase } from 'lmdb';
import { dataFileOf } from './data-file.ts';

const FORMAT = 'verbatim-event-store/1';
/** Address space reserved for the map of the file; it costs no memory and spares re-mapping while the file grows. */
const MAP_BYTES = 64 * 2 ** 30;

/** The tables of a store, all in one LMDB environment and so in one transaction. */
export interface Tables {
  readonly environment: RootDatabase<Buffer, Buffer>;
  /** position → record */
  readonly events: Database<Buffer, number>;
  /** stream id, revision → position */
  readonly revisions: Database<Buffer, Buffer>;
  /** stream id, event id → revision */
  readonly eventIds: Database<Buffer, Buffer>;
  /** stream name → stream state */
  readonly streams: Database<Buffer, Buffer>;
  /** what the store says about itself */
  readonly facts: Database<string, string>;
}

/** The directory holds data of a format that this version does not read. */
export class UnknownFormatError extends Error {
  override name = 'UnknownFormatError';
}

/** Opens the tables for writing; makes them if they are not there. */
export function openTables(directory: string): Tables {
  const tables = openEnvironment(directory, false);
  const format = tables.facts.get('format');
  if (format === undefined) tables.facts.putSync('format', FORMAT);
  else checkFormat(format, directory);
  return tables;
}

/** Opens the tables beside a server that may be writing to them. */
export function openTablesForReading(directory: string): Tables {
  if (!existsSync(dataFileOf(directory))) throw new Error(`${directory} holds no event store`);
  const tables = openEnvironment(directory, true);
  checkFormat(tables.facts.get('format'), directory);
  return tables;
}

function openEnvironment(directory: string, readOnly: boolean): Tables {
  const environment = open<Buffer, Buffer>({
    path: directory,
    noSubdir: false,
    readOnly,
    maxDbs: 8,
    mapSize: MAP_BYTES,
    encoding: 'binary',
    keyEncoding: 'binary',
    // With lmdb's default, readers see an event before it is on disk, and a write whose sync failed stays readable.
    overlappingSync: false,
    // Batching by event turn leaves a promise of lmdb's own unhandled when a commit fails.
    eventTurnBatching: false,
  });
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
  return {
    environment,
    events: environment.openDB<Buffer, number>('events', { encoding: 'binary' }),
    revisions: environment.openDB<Buffer, Buffer>('revisions', binary),
    eventIds: environment.openDB<Buffer, Buffer>('event-ids', binary),
    streams: environment.openDB<Buffer, Buffer>('streams', binary),
    facts: environment.openDB<string, string>('facts', { encoding: 'string' }),
  };
}

function checkFormat(format: string | undefined, directory: string): void {
  if (format === FORMAT) return;
  throw new UnknownFormatError(
    `${directory} holds data of format "${format ?? 'unknown'}"; this program reads "${FORMAT}"`,
  );
}
