import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { canonicalJson, type MasterKey } from '@verbatim/shared';
import { z } from 'zod';
import { writeKeptFile } from '../data-directory/kept-file.ts';
import { StartFault } from '../start-fault.ts';

const tableSchema = z.object({
  schema: z.string(),
  table: z.string(),
  rows: z.int().min(0),
  sha256: z.string(),
});
export type BackedUpTable = z.infer<typeof tableSchema>;

const manifestSchema = z.object({
  version: z.literal(1),
  takenAt: z.string(),
  /** The hash over all its events; null when the event store is somebody else's, and backed up by its own means. */
  eventsHash: z.string().nullable(),
  masterKeyId: z.string(),
  /** The installation's other keys, wrapped by the master key, which is in no backup. */
  wrappedKeys: z.record(z.string(), z.string()),
  tables: z.array(tableSchema),
});
export type BackupManifest = z.infer<typeof manifestSchema>;

/** The manifest names every byte of the backup by its hash, and only who has the master key can write another. */
const sealedSchema = z.object({ manifest: manifestSchema, seal: z.string() });
const sealedAs = 'backup manifest';
const hashOf = (manifest: BackupManifest): Buffer =>
  createHash('sha256').update(canonicalJson(manifest)).digest();

/** A backup's files in their folder. The manifest comes last, so that what has one is whole. */
export class BackupFiles {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = path.resolve(directory);
  }

  get events(): string {
    return path.join(this.directory, 'events');
  }

  /** @throws StartFault when something is there already. */
  async make(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    if ((await readdir(this.directory)).length > 0) throw new StartFault(`${this.directory} is not empty.`);
    await mkdir(path.join(this.directory, 'tables'), { mode: 0o700 });
  }

  /** Rows as lines of JSON; resolves once they are on the disk. */
  async writeTable(
    { schema, table }: Pick<BackedUpTable, 'schema' | 'table'>,
    batches: AsyncIterable<readonly string[]>,
  ): Promise<BackedUpTable> {
    const sha256 = createHash('sha256');
    let rows = 0;
    const file = await open(this.#fileOf(schema, table), 'wx', 0o600);
    try {
      for await (const batch of batches) {
        const lines = batch.map((line) => `${line}\n`).join('');
        sha256.update(lines);
        rows += batch.length;
        await file.writeFile(lines);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return { schema, table, rows, sha256: sha256.digest('hex') };
  }

  /** @throws StartFault when the file is not the one that the manifest names. */
  async checkTable({ schema, table, sha256 }: BackedUpTable): Promise<void> {
    const hash = createHash('sha256');
    const file = this.#fileOf(schema, table);
    try {
      for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) hash.update(piece);
    } catch (cause) {
      throw new StartFault(`${file} cannot be read.`, { cause });
    }
    if (hash.digest('hex') !== sha256)
      throw new StartFault(`${file} is not the file that the backup's manifest names.`);
  }

  readTable({ schema, table }: BackedUpTable): AsyncIterable<string> {
    return createInterface({ input: createReadStream(this.#fileOf(schema, table)), crlfDelay: Infinity });
  }

  writeManifest(manifest: BackupManifest, masterKey: MasterKey): Promise<void> {
    const sealed = { manifest, seal: masterKey.wrap(hashOf(manifest), sealedAs) };
    return writeKeptFile(this.#manifestFile, `${JSON.stringify(sealed, undefined, 2)}\n`);
  }

  /** @throws StartFault when there is no whole backup, or not one that was made under this master key. */
  async readManifest(masterKey: MasterKey): Promise<BackupManifest> {
    const { manifest, seal } = await this.#readSealed();
    if (manifest.masterKeyId !== masterKey.id)
      throw new StartFault('This is not the master key under which the backup was made.');
    if (!isSealOf(manifest, seal, masterKey))
      throw new StartFault(`${this.#manifestFile} is not as it was written.`);
    return manifest;
  }

  async #readSealed(): Promise<z.infer<typeof sealedSchema>> {
    try {
      return sealedSchema.parse(JSON.parse(await readFile(this.#manifestFile, 'utf8')));
    } catch (cause) {
      throw new StartFault(`${this.directory} holds no whole backup: its manifest.json cannot be read.`, {
        cause,
      });
    }
  }

  get #manifestFile(): string {
    return path.join(this.directory, 'manifest.json');
  }

  #fileOf(schema: string, table: string): string {
    return path.join(this.directory, 'tables', `${schema}.${table}.jsonl`);
  }
}

function isSealOf(manifest: BackupManifest, seal: string, masterKey: MasterKey): boolean {
  try {
    return masterKey.unwrap(seal, sealedAs).equals(hashOf(manifest));
  } catch {
    return false;
  }
}
