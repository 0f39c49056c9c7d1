import { crc32 } from 'node:zlib';
import { DamagedStoreError } from './damaged-store-error.ts';

/** What the log keeps about a stream. Metadata is a stream of its own and is not kept here. */
export interface StreamState {
  /** The position of the stream's first event. */
  readonly id: number;
  readonly lastRevision: number;
  readonly isTombstoned: boolean;
}

const CONTENT_BYTES = 13;

export function encodeStreamState(key: Buffer, state: StreamState): Buffer {
  const bytes = Buffer.allocUnsafe(CONTENT_BYTES + 4);
  bytes.writeUIntBE(state.id, 0, 6);
  bytes.writeUIntBE(state.lastRevision, 6, 6);
  bytes[12] = state.isTombstoned ? 1 : 0;
  bytes.writeUInt32BE(crc32(bytes.subarray(0, CONTENT_BYTES), crc32(key)), CONTENT_BYTES);
  return bytes;
}

export function decodeStreamState(key: Buffer, bytes: Buffer): StreamState {
  const isIntact =
    bytes.length >= CONTENT_BYTES + 4 &&
    bytes.readUInt32BE(CONTENT_BYTES) === crc32(bytes.subarray(0, CONTENT_BYTES), crc32(key));
  if (!isIntact)
    throw new DamagedStoreError(`the entry of stream "${key.toString('utf8', 1)}" fails its checksum`);
  return { id: bytes.readUIntBE(0, 6), lastRevision: bytes.readUIntBE(6, 6), isTombstoned: bytes[12] === 1 };
}
