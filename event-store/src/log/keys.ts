import { hash } from 'node:crypto';

/** 48 bits hold 281 million million positions, streams and revisions. */
const NUMBER_BYTES = 6;
const MAX_LITERAL_NAME_BYTES = 1_024;
const LITERAL = 0x6e;
const HASHED = 0x68;

export function encodeNumber(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(NUMBER_BYTES);
  bytes.writeUIntBE(value, 0, NUMBER_BYTES);
  return bytes;
}

export function decodeNumber(bytes: Buffer): number {
  return bytes.readUIntBE(0, NUMBER_BYTES);
}

export function revisionKey(streamId: number, revision: number): Buffer {
  const key = Buffer.allocUnsafe(2 * NUMBER_BYTES);
  key.writeUIntBE(streamId, 0, NUMBER_BYTES);
  key.writeUIntBE(revision, NUMBER_BYTES, NUMBER_BYTES);
  return key;
}

export function eventIdKey(streamId: number, eventId: Buffer): Buffer {
  const key = Buffer.allocUnsafe(NUMBER_BYTES + eventId.length);
  key.writeUIntBE(streamId, 0, NUMBER_BYTES);
  eventId.copy(key, NUMBER_BYTES);
  return key;
}

/** LMDB bounds the length of keys, the protocol does not bound names: long ones are found by their hash. */
export function streamKey(name: string): Buffer {
  const length = Buffer.byteLength(name);
  if (length > MAX_LITERAL_NAME_BYTES) {
    return Buffer.concat([Buffer.of(HASHED), hash('sha256', name, 'buffer')]);
  }
  const key = Buffer.allocUnsafe(1 + length);
  key[0] = LITERAL;
  key.write(name, 1, 'utf8');
  return key;
}
