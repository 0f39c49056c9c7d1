import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { DamagedStoreError } from './damaged-store-error.ts';

/** LMDB's two meta pages come first; each begins with a page header. */
const PAGE_HEADER_BYTES = 24;
const META_BYTES = 144;
const MAGIC = 0xbeefc0de;
const offset = { magic: 0, pageBytes: 24, lastPage: 120, transaction: 128 } as const;

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
}

/** How long the data file is, and how long its last commit says that it is. */
export interface DataFileLength {
  readonly actual: number;
  readonly expected: number;
}

export function dataFileOf(directory: string): string {
  return join(directory, 'data.mdb');
}

/**
 * Reads the length of the data file before LMDB maps it: touching a page of the map behind the end of a file kills the
 * process without a word. Undefined if there is no data yet.
 */
export function measureDataFile(directory: string): DataFileLength | undefined {
  const file = dataFileOf(directory);
  if (!existsSync(file)) return undefined;
  const descriptor = openSync(file, 'r');
  try {
    if (fstatSync(descriptor).size === 0) return undefined;
    const first = readMeta(descriptor, 0);
    const second = readMeta(descriptor, first.pageBytes);
    const latest = second.transaction > first.transaction ? second : first;
    // Looked at last: a server may be writing, and the file grows before a commit tells of it.
    const actual = fstatSync(descriptor).size;
    return { actual, expected: (latest.lastPage + 1) * latest.pageBytes };
  } finally {
    closeSync(descriptor);
  }
}

/** Makes up missing pages with zeros, so that reading them is an error and no crash. */
export function extendDataFile(directory: string, bytes: number): void {
  const descriptor = openSync(dataFileOf(directory), 'r+');
  try {
    ftruncateSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}

function readMeta(descriptor: number, page: number): Meta {
  const bytes = Buffer.alloc(META_BYTES);
  const read = readSync(descriptor, bytes, 0, META_BYTES, page + PAGE_HEADER_BYTES);
  if (read < META_BYTES || bytes.readUInt32LE(offset.magic) !== MAGIC) {
    throw new DamagedStoreError('the head of data.mdb is damaged');
  }
  return {
    pageBytes: bytes.readUInt32LE(offset.pageBytes),
    lastPage: Number(bytes.readBigUInt64LE(offset.lastPage)),
    transaction: bytes.readBigUInt64LE(offset.transaction),
  };
}
